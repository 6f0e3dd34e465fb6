import t from 'tap';
import { build, serve } from './support/build.ts';
import { ask, call, cookieOf, ourPage, passwords, protectedConfig, signIn } from './support/protected.ts';
import { until } from './support/until.ts';

const roleOf = async (app: Awaited<ReturnType<typeof build>>, cookie: string) =>
  (await ask(app, 'session.get', undefined, { cookie })).json().result.data.account?.role;

t.test('who shows the password is signed in until they sign out', async (t) => {
  const app = await build(t, await protectedConfig());
  t.match((await ask(app, 'session.get')).json().result.data, {
    access: 'protected',
    account: undefined,
    ways: { password: true, openid: false },
  });
  t.match((await ask(app, 'recordings.list')).json().error.data, {
    httpStatus: 401,
    errorCode: 'UNAUTHENTICATED',
  });

  const answer = await call(app, 'session.signIn', { name: 'admin', password: passwords.admin });
  t.same(answer.json().result.data, { name: 'admin', role: 'admin' });
  t.match(
    String(answer.headers['set-cookie']),
    /^reelroom=[\w.-]+; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/,
  );
  const cookie = cookieOf(answer);
  t.equal(await roleOf(app, cookie), 'admin');
  t.equal((await ask(app, 'recordings.list', {}, { cookie })).statusCode, 200);
  t.equal(await roleOf(app, await signIn(app, 'ana')), 'member');

  const out = await call(app, 'session.signOut', undefined, { headers: { cookie } });
  t.match(String(out.headers['set-cookie']), /^reelroom=; .*Max-Age=0/);
  t.equal(await roleOf(app, cookie), undefined, 'a copy of the cookie is worth nothing');
});

t.test('signing out everywhere ends all sessions of that account', async (t) => {
  const config = await protectedConfig();
  const [app, other] = [await build(t, config), await build(t, config)];
  const [one, two, bens] = [await signIn(app, 'ana'), await signIn(app, 'ana'), await signIn(app, 'ben')];
  t.equal(await roleOf(other, two), 'member');
  await call(app, 'session.signOut', { everywhere: true }, { headers: { cookie: one } });
  t.equal(await roleOf(app, two), undefined);
  t.equal(await roleOf(app, bens), 'member');
  await until('the other process has ended it', async () => (await roleOf(other, two)) === undefined);
});

t.test('a name that there is not, and a password that is wrong, are told the same, as fast', async (t) => {
  const app = await build(t, await protectedConfig());
  const tried = async (name: string) => {
    const began = performance.now();
    const answer = await call(app, 'session.signIn', { name, password: 'not the password' });
    t.match(answer.json().error, { message: /no account of this name/, data: { httpStatus: 401 } });
    return performance.now() - began;
  };
  const times: Record<'admin' | 'nobody', number[]> = { admin: [], nobody: [] };
  for (let index = 0; index < 14; index += 1) {
    times.admin.push(await tried('admin'));
    times.nobody.push(await tried('nobody'));
  }
  // The fastest of several is what no other process has delayed.
  const ratio = Math.min(...times.nobody) / Math.min(...times.admin);
  t.ok(ratio > 0.7 && ratio < 1.4, `an unknown name takes ${ratio} times as long`);
});

t.test('a session is signed by one of our secrets, and ends with the password', async (t) => {
  const config = await protectedConfig({ SESSION_SECRETS: 'o'.repeat(32) });
  const cookie = await signIn(await build(t, config), 'admin');
  const withSecrets = (...sessionSecrets: string[]) =>
    build(t, { ...config, signIn: { ...config.signIn, sessionSecrets } });
  t.equal(await roleOf(await withSecrets('n'.repeat(32), 'o'.repeat(32)), cookie), 'admin', 'an old secret');
  t.equal(await roleOf(await withSecrets('n'.repeat(32)), cookie), undefined, 'another secret');
  const { signIn: ways } = await protectedConfig();
  const changed = { ...config.signIn, adminPasswordHash: ways.adminPasswordHash };
  t.equal(
    await roleOf(await build(t, { ...config, signIn: changed }), cookie),
    undefined,
    'another password',
  );
  const app = await build(t, config);
  const [head = '', body = '', mac = ''] = cookie.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
  const forged = Buffer.from(JSON.stringify({ ...claims, role: 'admin', sub: 'member:x' })).toString(
    'base64url',
  );
  t.equal(await roleOf(app, [head, forged, mac].join('.')), undefined, 'a changed one');
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  t.equal(await roleOf(app, `reelroom=${none}.${body}.`), undefined, 'an unsigned one');
  t.equal(await roleOf(app, cookie), 'admin');
});

t.test('a page of another site cannot use the cookie', async (t) => {
  const app = await build(t, await protectedConfig({ CORS_ORIGINS: 'https://friend.example' }));
  const cookie = await signIn(app, 'admin');
  const create = (headers: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url: '/trpc/keys.create',
      headers: { 'content-type': 'application/json', cookie, ...headers },
      payload: { name: 'a', scopes: ['play'] },
    });
  for (const headers of [
    { origin: 'https://foe.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'https://friend.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'https://friend.example' },
    { origin: 'null' },
    {},
  ])
    t.equal((await create(headers)).statusCode, 403, JSON.stringify(headers));
  t.equal((await create({ origin: 'http://localhost:80' })).statusCode, 200);
  t.equal((await create(ourPage)).statusCode, 200);
});

t.test('over TLS the cookie is of this host alone', async (t) => {
  const app = await build(t, await protectedConfig({ PUBLIC_URL: 'https://rooms.example' }));
  const answer = await call(app, 'session.signIn', { name: 'ana', password: passwords.ana });
  t.match(String(answer.headers['set-cookie']), /^__Host-reelroom=.*; Path=\/; .*SameSite=Lax; Secure$/);
  const cookie = cookieOf(answer);
  t.equal(await roleOf(app, cookie), 'member');
  t.equal(
    await roleOf(app, cookie.replace('__Host-', '')),
    undefined,
    'what a page without TLS may have set',
  );
  const below = await build(t, await protectedConfig({ PUBLIC_URL: 'https://rooms.example/video' }));
  const signed = await below.inject({
    method: 'POST',
    url: '/video/trpc/session.signIn',
    headers: { 'content-type': 'application/json', ...ourPage },
    payload: { name: 'ana', password: passwords.ana },
  });
  t.match(String(signed.headers['set-cookie']), /^reelroom=.*; Path=\/video; .*; Secure$/);
});

t.test('what a session streams ends with it', async (t) => {
  const { app, url } = await serve(t, await protectedConfig());
  const cookie = await signIn(app, 'ana');
  const stream = await fetch(`${url}/trpc/recordings.changes`, { headers: { cookie } });
  t.equal(stream.status, 200);
  const ended = stream.text().then(
    () => true,
    () => true,
  );
  await call(app, 'session.signOut', undefined, { headers: { cookie } });
  t.ok(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 10_000, false).unref())]));
  const again = await fetch(`${url}/trpc/recordings.changes`, { headers: { cookie } });
  t.match(await again.text(), 'UNAUTHENTICATED');
});
