import type { Recording } from '@reelroom/shared';
import t from 'tap';
import { reindexBucket } from '../reindex.ts';
import { bucketOf, buildServices, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { putSeedRecordings } from './support/seeded.ts';
import { until } from './support/until.ts';

const noon = Date.UTC(2026, 0, 31, 12);

t.test('entries whose media is gone go when somebody asks for it', async (t) => {
  const config = testConfig();
  const { put, keys, delete: remove } = await bucketOf(config);
  const rooms = ['got', 'deleted', 'many', 'watched', 'headed', 'stays'];
  // A name tells its time to the second.
  const names = await putSeedRecordings(
    put,
    rooms.map((roomName, i) => ({ roomName, roomId: 'RM_1', startedAt: noon + i * 60_000 + 789 })),
  );
  const { trpc, url } = await serve(t, config);
  const list = async () => (await trpc.recordings.list.query()).recordings.map(({ roomName }) => roomName);
  await until('the index to be built', async () => (await list()).length === rooms.length);
  for (const name of names.slice(0, -1)) {
    await remove(`recordings/${name}`);
    await remove(`recordings/${name}.json`);
  }
  t.equal((await list()).length, rooms.length, 'nobody knows yet');

  const notFound = { data: { errorCode: 'RECORDING_NOT_FOUND' } };
  const [got = '', deleted = '', many = '', watched = '', headed = ''] = names;
  t.match(await failure(trpc.recordings.get.query({ name: got })), notFound);
  t.match(await failure(trpc.recordings.delete.mutate({ name: deleted })), notFound);
  t.match(await trpc.recordings.deleteMany.mutate({ names: [many] }), {
    results: [{ error: { code: 'RECORDING_NOT_FOUND' } }],
  });
  t.equal((await fetch(`${url}/recordings/${watched}`)).status, 404);
  t.equal((await fetch(`${url}/recordings/${headed}`, { method: 'HEAD' })).status, 404);
  await until('their entries to go', async () => (await list()).length === 1);
  t.same(await list(), ['stays']);
  t.equal((await keys('recordings/.reelroom/index/')).length, 2);
});

t.test('also of one whose name tells no time', async (t) => {
  const config = testConfig();
  const { put, keys } = await bucketOf(config);
  await putSeedRecordings(put, [{ roomName: 'r', roomId: 'RM_1', startedAt: noon }]);
  const manifest = { egress_id: 'EG_1', room_id: 'RM_1', room_name: 'r', started_at: noon * 1e6 };
  await put('recordings/no time.mp4', 'media');
  // Made before its manifest came, its entries stand where its file's date puts them.
  await reindexBucket(config);
  await put('recordings/no time.mp4.json', JSON.stringify(manifest));
  const { trpc } = await serve(t, config);
  t.equal((await trpc.recordings.list.query()).recordings.length, 2);

  await trpc.recordings.delete.mutate({ name: 'no time.mp4' });
  t.equal((await keys('recordings/.reelroom/index/')).length, 4, 'nobody knows yet');
  t.match(await failure(trpc.recordings.get.query({ name: 'no time.mp4' })), {
    data: { errorCode: 'RECORDING_NOT_FOUND' },
  });
  await until('its entries to go', async () => (await keys('recordings/.reelroom/index/')).length === 2);
});

t.test('of two entries of a recording one is shown, and the wrong one goes', async (t) => {
  const config = testConfig();
  const { put, keys } = await bucketOf(config);
  await putSeedRecordings(put, [{ roomName: 'r', roomId: 'RM_1', startedAt: noon }]);
  const { trpc } = await serve(t, config);
  const list = async () => (await trpc.recordings.list.query()).recordings;
  await until('the index to be built', async () => (await list()).length === 1);
  const entries = await keys('recordings/.reelroom/index/');
  for (const entry of entries) await put(entry.replace('}', '|twrong}'), '');
  t.equal((await list()).length, 1);
  await until(
    'the wrong entries to go',
    async () => (await keys('recordings/.reelroom/index/')).length === 2,
  );
  t.same(await keys('recordings/.reelroom/index/'), entries);
  t.equal((await list())[0]?.title, undefined);
});

t.test('a recording that was entered before it was described has one row', async (t) => {
  const config = testConfig();
  const { put, keys } = await bucketOf(config);
  const recording: Recording = {
    ...{ id: 'EG_1', name: 'r-RM_1-2026-01-31T120000000.mp4', roomName: 'r', roomId: 'RM_1' },
    ...{ startedAt: noon, size: 5, durationMs: 7, status: 'ready', endedBy: 'stop' },
  };
  const { library } = await buildServices(t, config);
  const egress = { egress_id: 'EG_1', room_id: 'RM_1', room_name: 'r', started_at: (noon + 1_234) * 1e6 };
  await put(`recordings/${recording.name}`, 'media');
  await put(`recordings/${recording.name}.json`, JSON.stringify(egress));
  await reindexBucket(config);
  t.equal((await keys('recordings/.reelroom/index/')).length, 2);
  for (let times = 0; times < 2; times += 1) {
    await library.describe(recording);
    t.equal((await keys('recordings/.reelroom/index/')).length, 2);
    t.same(await library.get(recording.name), recording);
  }
  await library.rename(recording.name, 'kept');
  await library.describe(recording);
  t.equal((await library.get(recording.name)).title, 'kept', 'what people say of it stays');
});

t.test('whoever makes up names has the index listed a few times only', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { put } = await bucketOf(config);
  await putSeedRecordings(put, [{ roomName: 'r', roomId: 'RM_1', startedAt: noon }]);
  const { url, trpc } = await serve(t, config);
  await until(
    'the index to be built',
    async () => (await trpc.recordings.list.query()).recordings.length === 1,
  );

  /** LISTs of the index, by this app alone. */
  const lists: string[] = [];
  // Longer than it takes to ask for all names.
  let delayMs = 5_000;
  s3.misbehave((request) => {
    if (
      !request.includes('list-type=2') ||
      !/\.reelroom\/index\/(?!v1\/trash)/.test(decodeURIComponent(request))
    )
      return undefined;
    lists.push(request);
    return { delayMs };
  });
  const askFor = async (names: string[]) => {
    for (const name of names)
      t.equal((await fetch(`${url}/recordings/${name}`, { method: 'HEAD' })).status, 404, name);
  };
  const answered = () => s3.statuses.filter((one) => one === `GET /${config.s3.bucket} 200`).length;
  const answeredBefore = answered();
  const timed = Array.from({ length: 40 }, (_, n) => `r-RM_${n}-2026-01-31T101530000.mp4`);
  await Promise.all([askFor(timed.slice(0, 20)), askFor(timed.slice(20))]);
  t.ok(lists.length <= 4, `${lists.length} while S3 takes its time: no more at once`);

  delayMs = 0;
  await until('those to be answered', async () => answered() >= answeredBefore + lists.length);
  const most = lists.length;
  await askFor(Array.from({ length: 50 }, () => timed[0] ?? ''));
  t.equal(lists.length, most, 'not again for one name');
  await askFor(Array.from({ length: 50 }, (_, n) => `without time ${n}.mp4`));
  t.ok(lists.length <= most + 1, `${lists.length}: one for all names that tell no time`);
  await until('another name to be looked for', async () => {
    // Until those before are done with, nothing else is looked for.
    await askFor(['r-RM_1-2026-01-31T201530000.mp4']);
    return lists.length > most;
  });
});
