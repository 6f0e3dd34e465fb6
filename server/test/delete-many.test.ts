import t from 'tap';
import { reindexBucket } from '../reindex.ts';
import { bucketOf, buildServices, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { putSeedRecordings } from './support/seeded.ts';
import { until } from './support/until.ts';

t.setTimeout(120_000);

const noon = Date.UTC(2026, 0, 31, 12);
const some = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    roomName: `r${i % 3}`,
    roomId: 'RM_1',
    startedAt: noon - i * 60_000,
  }));

t.test('deleting many at once', async (t) => {
  const config = testConfig();
  const { put, keys } = await bucketOf(config);
  const names = await putSeedRecordings(put, some(30));
  for (const name of names) {
    await put(`recordings/.reelroom/thumbs/${name.slice(0, -4)}/t_00000.jpeg`, 'x');
    await put(`recordings/.reelroom/segments/${name.slice(0, -4)}/s_00000.ts`, 'x');
  }
  const { trpc } = await serve(t, config);
  await until('the index to be built', async () => !(await trpc.recordings.list.query()).indexing);
  t.same(await trpc.recordings.totals.query(), { count: 30, bytes: 150 });

  await t.test('each has a result, those that are not there one that says so', async (t) => {
    const asked = [...names.slice(0, 20), 'none.mp4', names[0] ?? ''];
    const { results } = await trpc.recordings.deleteMany.mutate({ names: asked });
    t.same(
      results,
      asked.map((name) =>
        name === 'none.mp4'
          ? { name, error: { code: 'RECORDING_NOT_FOUND', message: 'Recording not found' } }
          : { name },
      ),
    );
    const left = names.slice(20);
    t.same(
      (await trpc.recordings.list.query()).recordings.map(({ name }) => name),
      left,
    );
    t.equal((await keys()).length, 10 * 6, 'media, manifest, two working files and two entries of each');
    t.same(await trpc.recordings.totals.query(), { count: 10, bytes: 50 });
  });

  await t.test('what is no list of names is refused', async (t) => {
    for (const names of [[], ['../x.mp4'], Array.from({ length: 1_001 }, (_, i) => `${i}.mp4`)])
      t.match(await failure(trpc.recordings.deleteMany.mutate({ names })), {
        data: { errorCode: 'INVALID_INPUT' },
      });
  });
});

t.test('a thousand, in a handful of DELETEs', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { put, keys } = await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
  const names = await Promise.all(
    Array.from({ length: 1_000 }, async (_, i) => {
      const name = `r-RM_1-${i}.mp4`;
      await put(`recordings/${name}`, 'x');
      return name;
    }),
  );
  const { trpc } = await serve(t, config);
  await until('the index to be built', async () => !(await trpc.recordings.list.query()).indexing, 60_000);
  s3.requests.length = 0;
  const { results } = await trpc.recordings.deleteMany.mutate({ names });
  t.equal(results.filter(({ error }) => error).length, 0);
  t.same(await keys(), []);
  t.ok(s3.requests.filter((request) => request.startsWith('POST')).length <= 5);
});

t.test('whoever dies while deleting is outlived by the order', async (t) => {
  // Deleting is a PUT of the order, a DELETE of entries, of files, of media, and of the order.
  for (const survives of [1, 2, 3, 4]) {
    const s3 = await proxyTo(t, testConfig().s3.endpoint);
    const config = testConfig({ S3_ENDPOINT: s3.url });
    const { put, keys } = await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
    const [name = '', kept = ''] = await putSeedRecordings(put, some(2));
    await put(`recordings/.reelroom/thumbs/${name.slice(0, -4)}/t_00000.jpeg`, 'x');
    const { trpc } = await serve(t, { ...config, port: 0 });
    await until('the index to be built', async () => !(await trpc.recordings.list.query()).indexing);
    const whole = await trpc.recordings.get.query({ name });
    const listed = async () => (await trpc.recordings.list.query()).recordings.map((it) => it.name);

    let writes = 0;
    s3.misbehave((request) => {
      if (/^(PUT|POST|DELETE)/.test(request)) writes += 1;
      return writes > survives ? { status: 503 } : undefined;
    });
    t.match(await failure(trpc.recordings.delete.mutate({ name })), {
      data: { errorCode: 'STORAGE_UNAVAILABLE' },
    });
    s3.comeBack();
    t.same(
      await listed(),
      survives > 1 ? [kept] : [name, kept],
      `after ${survives}: never half of it listed`,
    );
    await reindexBucket(config);
    t.same(await listed(), [kept], 'reindex brings nothing of it back');

    // As another process does it, now and then: what is there twice is nobody's.
    const { sweep, events } = await buildServices(t, config);
    const told: unknown[] = [];
    const ended = new AbortController();
    const listening = (async () => {
      for await (const { event } of events.subscribe({ signal: ended.signal })) told.push(event);
    })();
    await sweep();
    await sweep();
    await until('it to be told', async () => told.length > 1);
    ended.abort();
    await listening;
    t.same(told, [{ type: 'reset' }, { type: 'recording-deleted', recording: whole }]);
    t.equal((await keys()).length, 4, 'the rest is deleted');
    t.same(await listed(), [kept]);
  }
});
