import type { Recording } from '@reelroom/shared';
import t, { type Test } from 'tap';
import { createSweepTrash } from '../jobs/sweep-trash.ts';
import { reindexBucket } from '../reindex.ts';
import { bucketOf, buildServices, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { gather } from './support/gather.ts';
import { endedRecording, libraryProcess } from './support/library-process.ts';
import { silentLog } from './support/log.ts';
import { proxyTo } from './support/proxy.ts';
import { receiver } from './support/receiver.ts';
import { putSeedRecordings } from './support/seeded.ts';
import { until } from './support/until.ts';

t.setTimeout(180_000);

const day = 24 * 60 * 60_000;
const noon = Date.UTC(2026, 0, 31, 12);
const notFound = { data: { errorCode: 'RECORDING_NOT_FOUND' } };

const trashConfig = (environment: Record<string, string> = {}) =>
  testConfig({ TRASH_DAYS: '7', ...environment });

/** A bucket with some recordings, and an app. */
async function withRecordings(t: Test, count: number, config = trashConfig()) {
  const bucket = await bucketOf(config);
  const names = await putSeedRecordings(
    bucket.put,
    Array.from({ length: count }, (_, i) => ({
      ...{ roomName: 'r', roomId: 'RM_1', startedAt: noon - i * 60_000 },
    })),
  );
  const app = await serve(t, config);
  await until('the index to be built', async () => !(await app.trpc.recordings.list.query()).indexing);
  const listed = async () => (await app.trpc.recordings.list.query()).recordings.map(({ name }) => name);
  const inTrash = async () => (await app.trpc.recordings.trash.query()).recordings.map(({ name }) => name);
  const entries = async () => (await bucket.keys('recordings/.reelroom/index/')).length;
  return { ...bucket, ...app, names, name: names[0] ?? '', listed, inTrash, entries };
}

t.test('a deleted recording is in the trash, plays for nobody, and comes back as it was', async (t) => {
  const { config, url, trpc, put, keys, names, name, listed, inTrash } = await withRecordings(t, 2);
  const other = await serve(t, { ...config, port: 0 });
  await put(`recordings/.reelroom/thumbs/${name.slice(0, -4)}/t_00000.jpeg`, 'x');
  await trpc.recordings.rename.mutate({ name, title: 'Retro' });
  const before = await trpc.recordings.setKeep.mutate({ name, keep: true });
  const link = await trpc.recordings.share.mutate({ name, download: true });
  // Views of the link are counted meanwhile.
  const stored = async () => (await keys('recordings/')).filter((key) => !key.endsWith('.views'));
  const filesBefore = await stored();
  const { search } = new URL(link.videoUrl);
  const files = [
    `/recordings/${name}`,
    `/recordings/${name}${search}`,
    `/recordings/${name}${search}&download`,
    `/posters/${name}`,
    `/posters/${name}${search}`,
    `/thumbs/${name}/index.vtt`,
    `/thumbs/${name}/t_00000.jpeg`,
    `/recordings/zip?name=${name}`,
  ];
  const statuses = (base: string) =>
    Promise.all(
      files.map(async (path) => (await fetch(base + path, { headers: { range: 'bytes=0-' } })).status),
    );
  const all = (status: number) => files.map(() => status);
  const playsEverywhere = async () => {
    for (const base of [url, other.url])
      await until('everything to be there', async () =>
        (await statuses(base)).every((status) => status < 300),
      );
  };
  await playsEverywhere();

  const answer = await fetch(`${url}/recordings/${encodeURIComponent(name)}`, { method: 'DELETE' });
  t.equal(answer.status, 200);
  t.same(await answer.json(), { message: 'Recording deleted' }, "as the seed's");
  t.same(await listed(), names.slice(1));
  t.same(await inTrash(), [name]);
  t.same(await trpc.recordings.totals.query(), { count: 1, bytes: 5 });
  t.same(await statuses(url), all(404), 'here at once');
  await until('the other process to know, too', async () =>
    (await statuses(other.url)).every((status) => status === 404),
  );
  const share = search.slice('?share='.length);
  t.match(await failure(trpc.recordings.get.query({ name })), notFound);
  t.match(await failure(trpc.recordings.get.query({ name, share })), notFound);
  t.match(await failure(trpc.recordings.rename.mutate({ name, title: 'x' })), notFound);
  t.match(await failure(trpc.recordings.share.mutate({ name })), notFound);
  t.match(await failure(trpc.recordings.delete.mutate({ name })), notFound);
  const head = await fetch(`${url}/recordings/${name}`, { method: 'HEAD' });
  t.equal(head.status, 404);
  t.same(await trpc.recordings.deleteMany.mutate({ names: [name] }), {
    results: [{ name, error: { code: 'RECORDING_NOT_FOUND', message: 'Recording not found' } }],
  });

  t.same(await other.trpc.recordings.restore.mutate({ names: [name] }), { results: [{ name }] });
  t.same(await listed(), names);
  t.same(await inTrash(), []);
  t.same(await trpc.recordings.get.query({ name }), before);
  await playsEverywhere();
  t.equal((await trpc.recordings.shares.query({ name }))[0]?.id, link.id);
  t.same(await stored(), filesBefore, 'nothing is left of it');
});

t.test('the index is derived: reindex finds the trash again', async (t) => {
  const { config, trpc, keys, name, names, listed, inTrash, ...bucket } = await withRecordings(t, 3);
  await trpc.recordings.deleteMany.mutate({ names: names.slice(0, 2) });
  const { written, removed } = await reindexBucket(config);
  t.same({ written, removed }, { written: 0, removed: 0 }, 'what is right stays');
  for (const key of await keys('recordings/.reelroom/index/')) await bucket.delete(key);
  // As a version that does not know the trash writes it.
  await bucket.put(`recordings/.reelroom/index/v1/all/8204/123/456789Ab3dE_f-sready|b5|iE|oRM_1|rr}`, '');
  const report = await reindexBucket(config);
  t.match(report, { recordings: 3, written: 4, removed: 1, isWhole: true });
  t.same(await inTrash(), names.slice(0, 2));
  t.same(await listed(), names.slice(2));
  t.ok(name);
});

t.test('pages of the trash', async (t) => {
  const { trpc, names } = await withRecordings(t, 7);
  await trpc.recordings.deleteMany.mutate({ names });
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await trpc.recordings.trash.query({ limit: 3, cursor });
    seen.push(...page.recordings.map(({ name }) => name));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  t.same(seen, names);
  t.match(await failure(trpc.recordings.trash.query({ cursor: '../x' })), {
    data: { errorCode: 'INVALID_INPUT' },
  });
});

t.test('the trash is emptied of one, of some, and of all', async (t) => {
  const { trpc, keys, names, inTrash } = await withRecordings(t, 4);
  const [one = '', two = '', three = '', four = ''] = names;
  await trpc.recordings.deleteMany.mutate({ names: [one, two, three] });
  t.same(await trpc.recordings.deleteForGood.mutate({ names: [one, 'none.mp4'] }), {
    results: [
      { name: one },
      { name: 'none.mp4', error: { code: 'RECORDING_NOT_FOUND', message: 'Recording not found' } },
    ],
  });
  t.same(await inTrash(), [two, three]);
  t.match(await trpc.recordings.restore.mutate({ names: [one] }), {
    results: [{ name: one, error: { code: 'RECORDING_NOT_FOUND' } }],
  });
  t.same(await trpc.recordings.emptyTrash.mutate(), { deleted: 2, left: 0 });
  t.same(await inTrash(), []);
  t.same((await keys()).filter((key) => !key.includes(four.slice(0, -4))).length, 2, 'but for the entries');
  await trpc.recordings.deleteForGood.mutate({ names: [four] });
  t.same(await keys(), [], 'one that was not in the trash, too');
});

t.test('whoever dies while moving a recording to the trash leaves it whole, and not for long', async (t) => {
  // A PUT of the entry, a PUT of the manifest, a DELETE of the other entries.
  for (const survives of [0, 1, 2]) {
    const s3 = await proxyTo(t, testConfig().s3.endpoint);
    const config = trashConfig({ S3_ENDPOINT: s3.url });
    const { put, keys } = await bucketOf(trashConfig({ S3_BUCKET: config.s3.bucket }));
    const [name = ''] = await putSeedRecordings(put, [{ roomName: 'r', roomId: 'RM_1', startedAt: noon }]);
    await reindexBucket(config);
    const { library, index, storage } = libraryProcess(t, config);
    let writes = 0;
    s3.misbehave((request) => {
      if (/^(PUT|POST|DELETE)/.test(request)) writes += 1;
      return writes > survives ? { status: 503 } : undefined;
    });
    t.ok(await failure(library.delete(name)));
    s3.comeBack();
    const before = await library.get(name).catch(() => undefined);
    t.equal(before !== undefined, survives < 2, `after ${survives} the manifest decides`);

    const later = { now: () => new Date(storage.now().getTime() + 2 * 60_000) };
    const sweep = createSweepTrash({ index, library, storage: later, days: 7, log: silentLog });
    await sweep();
    const entries = await keys('recordings/.reelroom/index/');
    t.equal(entries.length, survives < 2 ? 2 : 1, `after ${survives} its entries are right`);
    t.equal(
      entries.some((key) => key.includes('/trash/')),
      survives === 2,
    );
    t.ok((await keys()).includes(`recordings/${name}`));
  }
});

t.test('two processes trash, restore and empty at once', async (t) => {
  const { config, trpc, put, name, inTrash, listed, entries } = await withRecordings(t, 1);
  const other = await serve(t, { ...config, port: 0 });
  const names = [name];
  for (let round = 0; round < 8; round += 1) {
    await Promise.all([
      trpc.recordings.deleteMany.mutate({ names }),
      other.trpc.recordings.deleteMany.mutate({ names }),
      trpc.recordings.restore.mutate({ names }),
      other.trpc.recordings.restore.mutate({ names }),
    ]);
    const isThere = await trpc.recordings.get.query({ name }).then(
      () => true,
      () => false,
    );
    await until('the index to say what the manifest says', async () => {
      const [trashed, shown] = await Promise.all([inTrash(), listed()]);
      return trashed.length === (isThere ? 0 : 1) && shown.length === (isThere ? 1 : 0);
    });
  }
  for (let round = 0; round < 8; round += 1) {
    await trpc.recordings.deleteMany.mutate({ names });
    const [restored, emptied] = await Promise.all([
      trpc.recordings.restore.mutate({ names }),
      other.trpc.recordings.emptyTrash.mutate(),
    ]);
    const isRestored = restored.results[0]?.error === undefined;
    t.equal(emptied.deleted, isRestored ? 0 : 1, 'one of the two has it');
    const answer = await fetch(`${other.url}/recordings/${name}`);
    t.equal(answer.status, isRestored ? 200 : 404);
    await until('its entries to be right', async () => (await entries()) === (isRestored ? 2 : 0));
    if (isRestored) continue;
    await put(`recordings/${name}`, 'media');
    await reindexBucket(config);
  }
});

t.test('after TRASH_DAYS it is gone, and not before; nor what was restored', async (t) => {
  // The app itself empties nothing.
  const served = trashConfig({ TRASH_DAYS: '3650' });
  const { trpc, put, keys, names, inTrash } = await withRecordings(t, 3, served);
  const config = trashConfig({ S3_BUCKET: served.s3.bucket });
  const [old = '', young = '', restored = ''] = names;
  await trpc.recordings.deleteMany.mutate({ names });
  const ages: [string, number][] = [
    [old, 7.1],
    [young, 6.9],
    [restored, 7.1],
  ];
  const { storage } = libraryProcess(t, config);
  for (const [name, days] of ages) {
    const key = `recordings/${name}.json`;
    const manifest = JSON.parse((await storage.getText(key)) ?? '');
    const reelroom = { ...manifest.reelroom, trashedAt: Date.now() - days * day };
    await put(key, JSON.stringify({ ...manifest, reelroom }));
  }
  await reindexBucket(config);
  // The index says still that it is in the trash, the manifest decides.
  const key = (await keys('recordings/.reelroom/index/v1/trash/')).at(-1) ?? '';
  t.same(await trpc.recordings.restore.mutate({ names: [restored] }), { results: [{ name: restored }] });
  await put(key, '');
  const { builder, sweep } = await buildServices(t, config);
  await builder.whenBuilt(10_000);
  await sweep();
  t.same(await inTrash(), [young]);
  t.match(await trpc.recordings.get.query({ name: restored }), { name: restored });
  t.notOk((await keys()).includes(`recordings/${old}`));
  t.ok((await keys()).includes(`recordings/${young}`));

  const none = await buildServices(t, testConfig({ S3_BUCKET: config.s3.bucket }));
  await none.builder.whenBuilt(10_000);
  await none.sweep();
  t.same(await inTrash(), [], 'an app without a trash empties it');
});

t.test('retention goes through the trash; what is restored from it is kept', async (t) => {
  const config = trashConfig({ RETENTION_DAYS: '30' });
  const { name, trpc, inTrash } = await withRecordings(t, 1, config);
  const { builder, sweep } = await buildServices(t, config);
  await builder.whenBuilt(10_000);
  await sweep();
  t.same(await inTrash(), [name]);
  await trpc.recordings.restore.mutate({ names: [name] });
  t.match(await trpc.recordings.get.query({ name }), { keep: true }, 'or it would go at once');
});

t.test('a full S3 can be emptied', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = trashConfig({ S3_ENDPOINT: s3.url });
  const { put, keys } = await bucketOf(trashConfig({ S3_BUCKET: config.s3.bucket }));
  const recordings = [0, 1].map((i) => ({ roomName: 'r', roomId: 'RM_1', startedAt: noon - i * 60_000 }));
  const [trashed = '', listed = ''] = await putSeedRecordings(put, recordings);
  const { trpc } = await serve(t, config);
  await until('the index to be built', async () => !(await trpc.recordings.list.query()).indexing);
  await trpc.recordings.delete.mutate({ name: trashed });
  const full = { status: 507, body: '<Error><Code>XMinioStorageFull</Code><Message>No</Message></Error>' };
  s3.misbehave((request) => (request.startsWith('PUT') ? full : undefined));
  t.match(await failure(trpc.recordings.delete.mutate({ name: listed })), {
    data: { errorCode: /^STORAGE_/ },
  });
  t.match(await trpc.recordings.get.query({ name: listed }), { name: listed }, 'nothing has happened to it');
  t.same(await trpc.recordings.emptyTrash.mutate(), { deleted: 1, left: 0 });
  t.same(await trpc.recordings.deleteForGood.mutate({ names: [listed] }), { results: [{ name: listed }] });
  t.same(await keys(), []);
});

t.test('open pages are told, and other systems when it is gone', async (t) => {
  const hook = await receiver(t);
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const config = trashConfig({ WEBHOOK_URLS: hook.url, WEBHOOK_SECRET: secret });
  const { put } = await bucketOf(config);
  const [name = ''] = await putSeedRecordings(put, [{ roomName: 'r', roomId: 'RM_1', startedAt: noon }]);
  const { library, events, builder, sweep } = await buildServices(t, config);
  await builder.whenBuilt(10_000);
  const closing = new AbortController();
  t.teardown(() => closing.abort());
  const told = gather(events.subscribe({ signal: closing.signal }));
  const recording = await library.get(name);
  await library.delete(name);
  await library.restore([name]);
  await library.delete(name);
  await library.deleteForGood([name]);
  await until('four events', async () => told.length === 5);
  t.match(
    told.slice(1).map(({ event }) => event),
    [
      { type: 'recording-trashed', recording: { name, trashedAt: Number } },
      { type: 'recording-restored', recording },
      { type: 'recording-trashed', recording: { name, trashedAt: Number } },
      { type: 'recording-deleted', recording: { name, trashedAt: Number, deletedAt: Number } },
    ],
  );
  await sweep();
  await until('the webhook', async () => hook.heard.length > 0);
  t.same(
    hook.heard.map(({ body }) => JSON.parse(body).type),
    ['recording.deleted'],
  );
});

t.test('a recording that is trashed while another process still sees to it stays in the trash', async (t) => {
  const config = trashConfig();
  const { put, keys } = await bucketOf(config);
  const recording = endedRecording();
  const { name } = recording;
  await put(`recordings/${name}`, 'media');
  const { library, changes } = libraryProcess(t, config);
  const ready: Recording = { ...recording, size: 5, status: 'ready' };
  await library.describe(ready);
  await library.delete(name);
  t.equal(await library.describe({ ...ready, durationMs: 1_000 }), undefined, 'nothing is ready');
  t.match(await failure(library.get(name)), { code: 'RECORDING_NOT_FOUND' });
  t.equal((await keys('recordings/.reelroom/index/')).filter((key) => key.includes('/trash/')).length, 1);
  await library.restore([name]);
  t.match(await library.get(name), { durationMs: 1_000 });
  t.same(
    changes.map(([change]) => change),
    ['trashed', 'restored'],
  );
});
