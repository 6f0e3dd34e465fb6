import fastify from 'fastify';
import t from 'tap';
import { createIndex } from '../features/index/store.ts';
import { createApplyRetention } from '../jobs/retention.ts';
import { createStorage } from '../adapters/s3/bucket.ts';
import { bucketOf, buildServices, serve, testConfig } from './support/build.ts';
import { putSeedRecordings } from './support/seeded.ts';
import { until } from './support/until.ts';

const day = 24 * 60 * 60_000;

t.test('what is older than RETENTION_DAYS is deleted, oldest first, but for what is kept', async (t) => {
  const config = testConfig({ RETENTION_DAYS: '30' });
  const { put, keys } = await bucketOf(config);
  const old = Array.from({ length: 130 }, (_, i) => ({
    ...{ roomName: `old ${i}`, roomId: 'RM_1', startedAt: Date.now() - (31 + i) * day },
  }));
  const young = { roomName: 'young', roomId: 'RM_1', startedAt: Date.now() - 29 * day };
  const oldNames = await putSeedRecordings(put, old);
  const [youngName = ''] = await putSeedRecordings(put, [young]);

  // The app itself deletes nothing.
  const { trpc } = await serve(t, testConfig({ S3_BUCKET: config.s3.bucket }));
  const list = async () =>
    (await trpc.recordings.list.query({ limit: 200 })).recordings.map(({ name }) => name);
  await until('the index to be built', async () => (await list()).length === 131);
  const [kept = '', alsoKept = ''] = [oldNames[3], oldNames[129]];
  for (const name of [kept, alsoKept]) await trpc.recordings.setKeep.mutate({ name, keep: true });

  // A process has a round a minute.
  const round = async () => {
    const { builder, sweep } = await buildServices(t, config);
    await builder.whenBuilt(10_000);
    await sweep();
  };
  await round();
  t.same(await list(), [youngName, ...oldNames.slice(0, 30), alsoKept], 'a hundred at most, oldest first');
  await round();
  t.same(await list(), [youngName, kept, alsoKept]);
  t.equal((await keys()).length, 3 * 4);
  await round();
  t.equal((await list()).length, 3);
});

t.test("nothing is deleted where this machine's clock and S3's differ by more than a day", async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  await putSeedRecordings(put, [{ roomName: 'young', roomId: 'RM_1', startedAt: Date.now() - day }]);
  const { builder } = await buildServices(t, config);
  await builder.whenBuilt(10_000);
  const { path } = config.recordings;
  const storage = createStorage(config.s3, path);
  t.teardown(() => storage.close());
  const index = createIndex({ storage, path });
  const deleted: string[] = [];
  const library = { deleteWhere: async (names: string[]) => void deleted.push(...names) };
  const retain = createApplyRetention({ ...{ index, library, storage, log: fastify().log }, days: 30 });

  const inTenYears = Date.now() + 3_650 * day;
  const realNow = Date.now;
  t.teardown(() => (Date.now = realNow));
  Date.now = () => inTenYears;
  t.equal(await retain(), false);
  t.same(deleted, []);
  t.ok(storage.now().getTime() < inTenYears - 3_000 * day, 'S3 has told what time it is');
});

t.test('the days are told; by default there are none, and nothing is deleted', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  await putSeedRecordings(put, [{ roomName: 'ancient', roomId: 'RM_1', startedAt: 1_000 }]);
  const { trpc } = await serve(t, config);
  t.notOk((await trpc.system.status.query()).retentionDays);
  const { builder, sweep } = await buildServices(t, config);
  await builder.whenBuilt(10_000);
  await sweep();
  await until('it to be listed', async () => (await trpc.recordings.list.query()).recordings.length === 1);
  const other = await serve(t, testConfig({ SERVER_PORT: '0', RETENTION_DAYS: '30' }));
  t.equal((await other.trpc.system.status.query()).retentionDays, 30);
});
