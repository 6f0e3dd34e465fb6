import type { AuditEntry } from '@reelroom/shared';
import t, { type Test } from 'tap';
import { createStorage } from '../adapters/s3/bucket.ts';
import { createAudit } from '../features/audit/audit.ts';
import { bucketOf, build, testConfig } from './support/build.ts';
import { recordedLog } from './support/log.ts';
import { ask, call, ourPage, protectedConfig, signIn } from './support/protected.ts';
import { proxyTo } from './support/proxy.ts';
import { putSeedRecordings } from './support/seeded.ts';
import { until } from './support/until.ts';

t.setTimeout(180_000);

const path = 'recordings/';
const minute = 60_000;

t.test('who did what on a protected server is stored, and listed for admins alone', async (t) => {
  const config = await protectedConfig();
  const { put, keys } = await bucketOf(config);
  const [name = ''] = await putSeedRecordings(put, [
    { roomName: 'board', roomId: 'RM_1', startedAt: Date.UTC(2026, 0, 31) },
  ]);
  const app = await build(t, config);
  const wrong = await call(app, 'session.signIn', { name: 'admin', password: 'a wrong one' });
  t.equal(wrong.statusCode, 401);
  const [admin, ana] = [await signIn(app, 'admin'), await signIn(app, 'ana')];
  const as = (cookie: string) => ({ headers: { cookie, ...ourPage } });
  await call(app, 'recordings.rename', { name, title: 'Plans' }, as(ana));
  await call(app, 'recordings.rename', { name, title: 'Plans' }, as(admin));
  const shared = await call(app, 'recordings.share', { name }, as(admin));
  const { url, id } = shared.json().result.data;
  const video = new URL(url).pathname.replace('/watch/', '/recordings/') + new URL(url).search;
  for (const range of ['bytes=0-9', 'bytes=10-19', 'bytes=0-'])
    await app.inject({ url: video, headers: { range, 'user-agent': 'a player' } });
  await app.inject({ url: `/recordings/${name}?download`, headers: { cookie: admin } });
  await app.inject({ url: `/recordings/zip?name=${encodeURIComponent(name)}`, headers: { cookie: admin } });
  await app.inject({
    method: 'POST',
    url: '/recordings/start',
    payload: { roomName: 'board' },
    ...as(admin),
  });
  const refused = await app.inject({
    method: 'POST',
    url: '/recordings/start',
    headers: { cookie: admin, ...ourPage, 'content-type': 'application/json' },
    payload: '{"roomName":',
  });
  t.equal(refused.statusCode, 400);
  await app.inject({
    method: 'DELETE',
    url: `/recordings/${name}`,
    headers: { cookie: admin, ...ourPage },
  });

  const list = async (input: object, cookie = admin) => {
    const answer = await ask(app, 'audit.list', input, { cookie });
    return answer.json<{ result: { data: { entries: AuditEntry[]; nextCursor?: string } } }>().result.data;
  };
  const wanted = [
    ['recordings.delete', 'admin', 'ok'],
    ['recordings.start', 'admin', 'INVALID_INPUT'],
    ['recordings.start', 'admin', 'ROOM_NOT_FOUND'],
    ['download', 'admin', 'ok'],
    ['download', 'admin', 'ok'],
    ['playback', `link:${id}`, 'ok'],
    ['recordings.share', 'admin', 'ok'],
    ['recordings.rename', 'admin', 'ok'],
    ['recordings.rename', 'member:ana', 'FORBIDDEN'],
    ['session.signIn', 'anyone', 'ok'],
    ['session.signIn', 'anyone', 'ok'],
    ['session.signIn', 'anyone', 'WRONG_PASSWORD'],
  ];
  const { entries } = await until('all to be stored', async () => {
    const found = await list({});
    return found.entries.length >= wanted.length ? found : undefined;
  });
  const sorted = (rows: (string | undefined)[][]) => rows.map((row) => row.join(' ')).sort();
  t.same(sorted(entries.map(({ what, who, outcome }) => [what, who, outcome])), sorted(wanted));
  t.ok(entries.every(({ address, at }) => address === '127.0.0.1' && Date.now() - at < 60_000));
  t.match(
    entries.find(({ outcome }) => outcome === 'WRONG_PASSWORD'),
    { name: 'admin' },
  );
  t.notOk(JSON.stringify(entries).includes('wrong one'), 'no password');
  t.same(entries.find(({ what }) => what === 'playback')?.recordings, [name]);
  t.equal(entries.find(({ outcome }) => outcome === 'ROOM_NOT_FOUND')?.room, 'board');
  t.equal(
    (await keys()).filter((key) => key.startsWith(`${path}.reelroom/audit/`)).length <= 6,
    true,
    'in batches',
  );

  t.same(
    (await list({ who: 'MEMBER:ana' })).entries.map(({ who }) => who),
    ['member:ana'],
  );
  t.same(
    new Set((await list({ what: 'session.' })).entries.map(({ what }) => what)),
    new Set(['session.signIn']),
  );
  t.equal((await list({ on: 'board-RM' })).entries.length, 7);
  t.equal((await list({ to: Date.now() - minute })).entries.length, 0);
  t.equal((await list({ from: Date.now() - minute })).entries.length, wanted.length);
  for (const cookie of [ana, ''])
    t.match(
      (await ask(app, 'audit.list', {}, { cookie })).json().error.data.errorCode,
      /FORBIDDEN|UNAUTHENTICATED/,
    );
  for (const cursor of ['x', '../2026-01/0000000000000-00000000.json/1', '2026-01/../x.json/1'])
    t.equal(
      (await ask(app, 'audit.list', { cursor }, { cookie: admin })).json().error.data.errorCode,
      'INVALID_INPUT',
    );
});

t.test('nothing is stored where access is open, since nobody is known', async (t) => {
  const config = testConfig();
  const { keys } = await bucketOf(config);
  const app = await build(t, config);
  await call(app, 'session.signOut', undefined);
  await app.close();
  t.notOk((await keys()).some((key) => key.includes('/audit/')));
});

/** An audit of its own on the real S3, with entries a minute apart from 2026 on. */
async function audited(t: Test, endpoint?: string) {
  const config = testConfig(endpoint === undefined ? {} : { S3_ENDPOINT: endpoint });
  const { keys } = await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
  const storage = createStorage(config.s3);
  t.teardown(() => storage.close());
  const { log, lines } = recordedLog();
  const make = () => createAudit({ storage, path, isOn: true, log });
  const entry = (number: number): AuditEntry => ({
    at: Date.UTC(2026, 0, 31, 23, 0) + number * minute,
    ...{ what: 'recordings.stop', who: number % 2 ? 'admin' : 'member:ana', address: '::1', outcome: 'ok' },
    room: `room ${number}`,
  });
  return { make, entry, keys, lines };
}

t.test('pages go through all of it, newest first, over months and objects', async (t) => {
  const { make, entry } = await audited(t);
  // Two processes, of which each has every other one.
  const [one, other] = [make(), make()];
  const total = 130;
  for (let number = 0; number < total; number += 1) (number % 3 ? one : other).record(entry(number));
  await Promise.all([one.close(), other.close()]);

  const pageThrough = async (asked: object, limit: number) => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { entries, nextCursor } = await one.list({ ...asked, limit, cursor });
      t.ok(entries.length <= limit);
      seen.push(...entries.map(({ room = '' }) => room));
      cursor = nextCursor;
    } while (cursor !== undefined);
    return seen;
  };
  const rooms = (numbers: number[]) => numbers.map((number) => `room ${number}`);
  const all = Array.from({ length: total }, (_, at) => total - 1 - at);
  for (const limit of [1, 7, 50, 500]) t.same(await pageThrough({}, limit), rooms(all), `${limit} a page`);
  t.same(await pageThrough({ who: 'ana' }, 9), rooms(all.filter((number) => number % 2 === 0)));
  t.same(
    await pageThrough({ from: entry(50).at, to: entry(70).at }, 4),
    rooms(all.filter((number) => number >= 50 && number <= 70)),
  );
});

t.test('what cannot be stored waits until S3 is back', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const { make, entry, keys, lines } = await audited(t, s3.url);
  const audit = make();
  s3.goAway();
  audit.record(entry(1));
  await until('that it is told', async () => lines.some((line) => /not stored yet/.test(line)));
  t.same(
    (await keys()).filter((key) => key.includes('/audit/')),
    [],
  );
  s3.comeBack();
  await until('it to be stored', async () => (await keys()).some((key) => key.includes('/audit/')));
  await audit.close();
});
