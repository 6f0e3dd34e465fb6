import t from 'tap';
import { assertDomain } from '../features/sharing/restrictions.ts';
import { bucketOf, build, testConfig } from './support/build.ts';
import { ask, call, cookieOf, protectedConfig, signIn, viewerCookie } from './support/protected.ts';
import { putSeedRecordings } from './support/seeded.ts';

/** A provider that nobody asks here. */
const provider = {
  OIDC_ISSUER: 'http://127.0.0.1:9',
  OIDC_CLIENT_ID: 'a',
  OIDC_ALLOWED_DOMAINS: 'example.com',
};
const inAnHour = () => Math.floor(Date.now() / 1_000) + 3_600;

t.test('whose address is of one of the domains', async (t) => {
  const letsIn = (domains: string[] | undefined, email?: string, expiresAt = Date.now() + 60_000) => {
    try {
      assertDomain({ domains }, email === undefined ? undefined : { email, expiresAt });
      return true;
    } catch (error) {
      t.match(error, { code: 'SHARE_SIGN_IN' });
      return false;
    }
  };
  t.ok(letsIn(undefined), 'a link without domains');
  for (const [domain, email] of [
    ['example.com', 'ana@example.com'],
    ['example.com', 'Ana@Example.COM'],
    ['example.com', '"a@b"@example.com'],
    ['bücher.example', 'ana@xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'ana@Bücher.example'],
  ] as const)
    t.ok(letsIn(['other.example', domain], email), email);
  for (const email of [
    'ana@sub.example.com',
    'ana@example.com.foe.example',
    'ana@notexample.com',
    'ana@example.com@foe.example',
    'ana@',
    '@',
    '',
  ])
    t.notOk(letsIn(['example.com'], email), email);
  t.notOk(letsIn(['example.com']), 'nobody');
  t.notOk(letsIn(['example.com'], 'ana@example.com', Date.now() - 1), 'who is not believed any more');
});

t.test('a link for domains is listed with them, and says what it needs', async (t) => {
  const config = await protectedConfig(provider);
  const { put } = await bucketOf(config);
  const [name = ''] = await putSeedRecordings(put, [{ roomName: 'team', roomId: 'RM_1', startedAt: 0 }]);
  const app = await build(t, config);
  const headers = { cookie: await signIn(app, 'admin') };
  const share = async (domains: unknown) => call(app, 'recordings.share', { name, domains }, { headers });
  const made = (await share([' Example.com ', 'example.org'])).json<{
    result: { data: { videoUrl: string; domains: string[] } };
  }>().result.data;
  t.same(made.domains, ['example.com', 'example.org']);
  t.match((await ask(app, 'recordings.shares', { name }, headers)).json(), {
    result: { data: [{ domains: ['example.com', 'example.org'] }] },
  });
  for (const wrong of [[], [''], ['a b'], ['@example.com'], ['http://example.com'], 'example.com', [5]])
    t.equal((await share(wrong)).statusCode, 400, JSON.stringify(wrong));

  const { pathname, search } = new URL(made.videoUrl);
  const look = (cookie?: string) => app.inject({ url: pathname + search, headers: cookie ? { cookie } : {} });
  t.match((await look()).json(), {
    code: 'SHARE_SIGN_IN',
    errorMessage: 'This link is for people with an e-mail address of example.com or example.org',
  });
  const foe = await look(await viewerCookie(config, 'foe@elsewhere.example', inAnHour()));
  t.equal(foe.statusCode, 403);
  t.match(foe.json(), { errorMessage: /: you are signed in as foe@elsewhere.example$/ });
  t.equal((await look(headers.cookie)).statusCode, 403, 'also who may do everything has to show an address');
  const seen = await look(await viewerCookie(config, 'ana@example.org', inAnHour()));
  t.equal(seen.statusCode, 200);
  t.equal(seen.body, 'media');
  const other = await protectedConfig();
  t.equal((await look(await viewerCookie(other, 'ana@example.org', inAnHour()))).statusCode, 403, 'forged');

  const out = await call(app, 'session.signOut', undefined, { headers });
  t.match(String(out.headers['set-cookie']), /reelroom-viewer=;/, 'signing out forgets the address');
  t.match(cookieOf(out), 'reelroom=');
});

t.test('a password of such a link is not even looked at before', async (t) => {
  const config = await protectedConfig(provider);
  const { put, keys } = await bucketOf(config);
  const [name = ''] = await putSeedRecordings(put, [{ roomName: 'team', roomId: 'RM_1', startedAt: 0 }]);
  const app = await build(t, config);
  const headers = { cookie: await signIn(app, 'admin') };
  const input = { name, domains: ['example.com'], password: 'sesame' };
  const made = await call(app, 'recordings.share', input, { headers });
  const { url } = made.json<{ result: { data: { url: string } } }>().result.data;
  const share = new URL(url).searchParams.get('share');
  const unlock = (cookie: string) =>
    call(app, 'recordings.unlock', { name, share, password: 'sesame' }, { headers: { cookie } });
  t.match((await unlock('')).json(), { error: { data: { errorCode: 'SHARE_SIGN_IN' } } });
  t.notOk(
    (await keys()).some((key) => key.endsWith('.tries')),
    'no try is counted',
  );
  const viewer = await viewerCookie(config, 'ana@example.com', inAnHour());
  t.match((await ask(app, 'recordings.get', { name, share }, { cookie: viewer })).json(), {
    error: { data: { errorCode: 'SHARE_LOCKED' } },
  });
  t.equal((await unlock(viewer)).statusCode, 200);
});

t.test('where nobody can sign in by OpenID Connect the option is refused, with what to set', async (t) => {
  for (const [config, isOpen] of [
    [await protectedConfig(), false],
    [testConfig(provider), true],
  ] as const) {
    const { put } = await bucketOf(config);
    const [name = ''] = await putSeedRecordings(put, [{ roomName: 'team', roomId: 'RM_1', startedAt: 0 }]);
    const app = await build(t, config);
    const headers: Record<string, string> = isOpen ? {} : { cookie: await signIn(app, 'admin') };
    const refused = await call(app, 'recordings.share', { name, domains: ['example.com'] }, { headers });
    t.equal(refused.statusCode, 400);
    t.match(refused.json(), {
      error: {
        message: /set ACCESS=protected, OIDC_ISSUER and OIDC_CLIENT_ID/,
        data: { errorCode: 'INVALID_INPUT' },
      },
    });
  }
});
