import t from 'tap';
import { reindexBucket } from '../reindex.ts';
import { bucketOf, buildServices, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { gather } from './support/gather.ts';
import { putSeedRecordings } from './support/seeded.ts';
import { until } from './support/until.ts';

const noon = Date.UTC(2026, 0, 31, 12);

/** An app with one recording of the seed, and what is told of changes. */
async function withRecording(t: Parameters<typeof serve>[0]) {
  const config = testConfig();
  const bucket = await bucketOf(config);
  const [name = ''] = await putSeedRecordings(bucket.put, [
    { roomName: 'Équipe', roomId: 'RM_1', startedAt: noon },
  ]);
  const app = await serve(t, config);
  const row = async () => (await app.trpc.recordings.list.query()).recordings;
  await until('the index to be built', async () => (await row()).length === 1);
  const entries = () => bucket.keys('recordings/.reelroom/index/');
  return { ...app, ...bucket, config, name, row, entries };
}

t.test('a recording is given a title', async (t) => {
  const { trpc, url, name, row, entries } = await withRecording(t);
  const title = '  Ünder /|{}\\ 🎥 "x"  ';
  const renamed = await trpc.recordings.rename.mutate({ name, title });
  t.match(renamed, { name, title: title.trim(), roomName: 'Équipe', startedAt: noon, size: 5 });
  t.same(await row(), [renamed], 'the list says so, too');
  t.same(await trpc.recordings.get.query({ name }), renamed);
  t.equal((await entries()).length, 2, 'no entry is left behind');
  t.equal(
    (await fetch(`${url}/recordings/${encodeURIComponent(name)}`)).status,
    200,
    'its file is where it was',
  );
  t.same((await trpc.recordings.list.query({ search: 'under' })).recordings, [renamed]);

  const other = await trpc.recordings.rename.mutate({ name, title: 'x'.repeat(200) });
  t.same(await row(), [other]);
  for (const none of ['', '   ', undefined]) {
    await trpc.recordings.rename.mutate({ name, title: 'again' });
    t.notOk((await trpc.recordings.rename.mutate({ name, title: none })).title);
    t.notOk((await row())[0]?.title);
  }
  t.equal((await entries()).length, 2);
});

t.test('what cannot be a title, or has none', async (t) => {
  const { trpc, name } = await withRecording(t);
  for (const title of ['x'.repeat(201), 'a\u0000b', 'a\nb', '\ud800'])
    t.match(await failure(trpc.recordings.rename.mutate({ name, title })), {
      message: /^title /,
      data: { errorCode: 'INVALID_INPUT' },
    });
  t.ok(
    await trpc.recordings.rename.mutate({ name, title: '🎥'.repeat(200) }),
    'characters are counted, not bytes',
  );
  t.match(await failure(trpc.recordings.rename.mutate({ name: 'none.mp4', title: 'x' })), {
    data: { errorCode: 'RECORDING_NOT_FOUND' },
  });
});

t.test('a recording is kept, and not any more', async (t) => {
  const { trpc, name, row, entries } = await withRecording(t);
  await trpc.recordings.rename.mutate({ name, title: 'both' });
  t.match(await trpc.recordings.setKeep.mutate({ name, keep: true }), { name, keep: true, title: 'both' });
  t.match(await row(), [{ keep: true, title: 'both' }]);
  t.notOk((await trpc.recordings.setKeep.mutate({ name, keep: false })).keep);
  t.notOk((await row())[0]?.keep);
  t.equal((await entries()).length, 2);
});

t.test('two change it at once, again and again: one entry, and what the manifest says', async (t) => {
  const { config, trpc, name, row, entries } = await withRecording(t);
  const other = await serve(t, { ...config, port: 0 });
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        (i % 2 ? trpc : other.trpc).recordings.rename.mutate({ name, title: `title ${round} ${i}` }),
      ),
    );
    t.equal((await row()).length, 1, 'one row is shown');
    const { title } = await trpc.recordings.get.query({ name });
    await until('the row to say what the manifest says', async () => (await row())[0]?.title === title);
    await until('the other entries to go', async () => (await entries()).length === 2);
  }
});

t.test('one names it while another keeps it: both is so', async (t) => {
  const { config, trpc, name } = await withRecording(t);
  const other = await serve(t, { ...config, port: 0 });
  for (let round = 0; round < 10; round += 1) {
    const title = `title ${round}`;
    const keep = round % 2 === 0;
    await Promise.all([
      trpc.recordings.rename.mutate({ name, title }),
      other.trpc.recordings.setKeep.mutate({ name, keep }),
    ]);
    const { title: itsTitle, keep: isKept = false } = await trpc.recordings.get.query({ name });
    t.same({ title: itsTitle, keep: isKept }, { title, keep });
  }
});

t.test('one names it while another deletes it: nothing of it is left', async (t) => {
  const { config, trpc, name, put, keys } = await withRecording(t);
  const other = await serve(t, { ...config, port: 0 });
  for (let round = 0; round < 10; round += 1) {
    if (round > 0) {
      await put(`recordings/${name}`, 'media');
      await reindexBucket(config);
    }
    await Promise.all([
      trpc.recordings.rename.mutate({ name, title: `title ${round}` }).catch(() => undefined),
      other.trpc.recordings.delete.mutate({ name }),
    ]);
    t.same(await keys(), []);
  }
});

t.test('open libraries are told', async (t) => {
  const { config, name } = await withRecording(t);
  const { library, events } = await buildServices(t, config);
  const closing = new AbortController();
  t.teardown(() => closing.abort());
  const told = gather(events.subscribe({ signal: closing.signal }));
  const renamed = await library.rename(name, 'new');
  const kept = await library.setKeep(name, true);
  await library.delete(name);
  await until('three events', async () => told.length === 4);
  t.same(
    told.slice(1).map(({ event }) => event),
    [
      { type: 'recording-changed', recording: renamed },
      { type: 'recording-changed', recording: kept },
      { type: 'recording-deleted', recording: kept },
    ],
  );
});
