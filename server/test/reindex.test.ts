import type { Recording } from '@reelroom/shared';
import t from 'tap';
import { manifestOf } from '../bucket/manifest.ts';
import { reindexBucket } from '../reindex.ts';
import { bucketOf, buildServices, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { putSeedRecordings } from './support/seeded.ts';
import { until } from './support/until.ts';

t.setTimeout(180_000);

const noon = Date.UTC(2026, 0, 31, 12);
const index = 'recordings/.reelroom/index/';
const some = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    ...{ roomName: `room ${i % 7}`, roomId: 'RM_1', startedAt: noon - i * 3_600_000 },
  }));

t.test('from all kinds of manifests, and from none', async (t) => {
  const config = testConfig();
  const { put, keys } = await bucketOf(config);
  const [seed] = await putSeedRecordings(put, [{ roomName: 'seed', roomId: 'RM_1', startedAt: noon }]);
  const ours: Recording = {
    ...{ id: 'EG_ours', name: 'ours-RM_2-2026-01-31T110000000.mp4', roomName: 'ours', roomId: 'RM_2' },
    ...{ startedAt: noon - 3_600_000, size: 5, durationMs: 7_000, width: 1280, height: 720 },
    ...{ status: 'ready', endedBy: 'recovered', lostMs: 12, title: 'Ours', keep: true },
  };
  await put(`recordings/${ours.name}`, 'media');
  await put(`recordings/${ours.name}.json`, JSON.stringify(manifestOf(ours)));
  const failed: Recording = {
    ...{ id: 'EG_f', name: 'f-RM_3-2026-01-31T100000000.mp4', roomName: 'f', roomId: 'RM_3', size: 0 },
    ...{ startedAt: noon - 7_200_000, status: 'failed', failure: 'RECORDER_LOST' },
    error: 'The recorder was lost, and left nothing that can be played',
  };
  await put(`recordings/${failed.name}.json`, JSON.stringify(manifestOf(failed)));
  // As a newer Egress does it.
  await put('recordings/my holiday.mp4', 'media');
  const other = { egress_id: 'EG_new', room_id: 'RM_9', room_name: 'beach', started_at: (noon - 1) * 1e6 };
  await put(
    'recordings/EG_new.json',
    JSON.stringify({ ...other, files: [{ filename: 'recordings/my holiday.mp4' }] }),
  );
  await put('recordings/none-RM_4-2026-01-31T090000.mp4', 'media');
  await put('recordings/dated.mp4', 'media');
  // What is none of these.
  await put('recordings/notes.txt', 'x');
  await put('recordings/EG_broken.json', '{');
  await put('recordings/broken-RM_5-2026-01-31T080000.mp4', 'media');
  await put('recordings/broken-RM_5-2026-01-31T080000.mp4.json', '{"egress_id":');
  await put('recordings/sub/deep.mp4', 'x');
  await put('recordings/a-RM_6-x.mp4.json', '[]');

  const report = await reindexBucket(config);
  t.match(report, { recordings: 7, written: 14, removed: 0, problemCount: 4 });
  t.match(report.problems.sort(), [
    /EG_broken.json: is no manifest/,
    /a-RM_6-x.mp4.json: is no manifest/,
    /broken-RM_5.*json: is no manifest/,
    /notes.txt: is neither/,
  ]);

  const { trpc } = await serve(t, config);
  const { recordings } = await trpc.recordings.list.query();
  t.match(
    recordings.map(({ roomName }) => roomName),
    ['dated', 'seed', 'beach', 'ours', 'f', 'none', 'broken'],
  );
  t.match(recordings[1], { id: `EG_${noon}`, name: seed, roomId: 'RM_1', startedAt: noon });
  t.match(recordings[2], {
    id: 'EG_new',
    name: 'my holiday.mp4',
    roomId: 'RM_9',
    startedAt: noon - 1,
    size: 5,
  });
  t.same(recordings[3], ours);
  t.same(recordings[4], failed);
  t.match(recordings[5], { roomId: 'RM_4', startedAt: Date.UTC(2026, 0, 31, 9) });
  for (const recording of recordings)
    t.same(await trpc.recordings.get.query({ name: recording.name }), recording);

  await t.test('done again it changes nothing', async (t) => {
    const before = await keys(index);
    t.match(await reindexBucket(config), { recordings: 7, written: 0, removed: 0 });
    t.same(await keys(index), before);
  });
});

t.test('at most 1.2 reads and 2 writes for a recording; nothing is written twice', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { put, keys, delete: remove } = await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
  const names = await putSeedRecordings(put, some(300));
  const count = async () => {
    s3.requests.length = 0;
    const report = await reindexBucket(config);
    const reads = s3.requests.filter((request) => /^(GET|HEAD)/.test(request)).length;
    return { report, reads, writes: s3.requests.length - reads };
  };

  const first = await count();
  t.equal(first.report.recordings, 300);
  t.ok(first.reads <= 300 * 1.2, `${first.reads} reads`);
  t.ok(first.writes <= 300 * 2 + 1, `${first.writes} writes`);
  t.equal((await keys(index)).length, 600);

  const again = await count();
  t.equal(again.report.written, 0);
  t.equal(again.writes, 1, 'the mark that it is built');

  await t.test('entries that are wrong go, those that are missing come', async (t) => {
    const entries = await keys(index);
    await put((entries[0] ?? '').replace('|b5', '|b6'), '');
    await remove(entries[0] ?? '');
    await remove(entries.at(-1) ?? '');
    await remove(`recordings/${names[7]}`);
    await remove(`recordings/${names[7]}.json`);
    const { report, writes } = await count();
    t.match(report, { recordings: 299, written: 2, removed: 3 });
    t.ok(writes <= 4);
    t.equal((await keys(index)).length, 598);
  });

  await t.test('broken off it goes on where it was, without reading what is done', async (t) => {
    for (const key of await keys(index)) await remove(key);
    let puts = 0;
    s3.misbehave((request) => (request.startsWith('PUT') && ++puts > 200 ? { status: 503 } : undefined));
    t.match(await failure(reindexBucket(config)), { code: 'STORAGE_UNAVAILABLE' });
    s3.comeBack();
    const { report, reads } = await count();
    t.match(report, { recordings: 299, removed: 0 });
    t.ok(report.written < 450, `${report.written} entries were missing`);
    t.ok(reads < 260, `${reads} reads`);
    t.equal((await keys(index)).length, 598);
  });
});

t.test('an index that is taken away under load is built again', async (t) => {
  const config = testConfig();
  const { put, keys, delete: remove } = await bucketOf(config);
  const names = await putSeedRecordings(put, some(150));
  const { trpc } = await serve(t, config);
  const list = () => trpc.recordings.list.query({ limit: 200 });
  await until('the index to be built', async () => !(await list()).indexing);

  const answers: number[] = [];
  let isOver = false;
  const load = (async () => {
    while (!isOver) {
      const { recordings, indexing } = await list();
      if (!indexing) answers.push(recordings.length);
    }
  })();
  await remove(`${index}v1/complete`);
  for (const key of await keys(index)) await remove(key);
  await until('all of it to be back', async () => (await list()).recordings.length === names.length, 60_000);
  isOver = true;
  await load;
  t.ok(
    answers.every((length) => length > 0),
    'an empty list is never all there is',
  );
  t.equal((await keys(index)).length, 300);
});

t.test('two processes at once, while recordings are renamed and deleted', async (t) => {
  const config = testConfig();
  const { put, keys, delete: remove } = await bucketOf(config);
  const names = await putSeedRecordings(put, some(120));
  const one = await serve(t, config);
  const other = await serve(t, { ...config, port: 0 });
  for (const { trpc } of [one, other])
    await until('the index to be built', async () => !(await trpc.recordings.list.query()).indexing);
  for (const key of await keys(index)) await remove(key);

  const deleted = names.slice(0, 40);
  const renamed = names.slice(40, 80);
  await Promise.all([
    reindexBucket(config),
    reindexBucket(config),
    ...deleted.map((name) => one.trpc.recordings.delete.mutate({ name })),
    ...deleted.map((name) => other.trpc.recordings.delete.mutate({ name }).catch(() => undefined)),
    ...renamed.map((name) => other.trpc.recordings.rename.mutate({ name, title: `title of ${name}` })),
  ]);
  // Of what was deleted meanwhile an entry may be left, until somebody looks.
  for (const name of deleted)
    t.match(await failure(one.trpc.recordings.get.query({ name })), {
      data: { errorCode: 'RECORDING_NOT_FOUND' },
    });
  await until(
    'each recording to have one row, and it is right',
    async () => {
      const { recordings } = await one.trpc.recordings.list.query({ limit: 200 });
      const right = recordings.filter(({ name, title }) =>
        renamed.includes(name) ? title === `title of ${name}` : title === undefined,
      );
      return recordings.length === 80 && right.length === 80;
    },
    30_000,
  );
  await until('no entry to be left over', async () => (await keys(index)).length === 160, 30_000);
});

t.test('an app that runs meanwhile counts anew, and has open pages load anew', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  await putSeedRecordings(put, some(1));
  const { builder, totals, events, sweep } = await buildServices(t, config);
  await until('the index to be built', () => builder.whenBuilt(1_000));
  t.same(await totals.get(), { count: 1, bytes: 5 });
  let resets = 0;
  const ended = new AbortController();
  const listening = (async () => {
    for await (const { event } of events.subscribe({ signal: ended.signal }))
      if (event.type === 'reset') resets += 1;
  })();

  await putSeedRecordings(put, some(3));
  await reindexBucket(config);
  await sweep();
  await until('it to be heard', async () => (await totals.get()).count === 3);
  t.equal(resets, 2, 'one to begin with');
  await sweep();
  t.equal(resets, 2, 'and no more than once');
  ended.abort();
  await listening;
});
