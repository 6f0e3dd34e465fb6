import t, { type Test } from 'tap';
import { createAbortUploads } from '../jobs/abort-uploads.ts';
import { manifestOf } from '../bucket/manifest.ts';
import { workingFiles } from '../bucket/layout.ts';
import { createStorage } from '../adapters/s3/bucket.ts';
import { bucketOf, serve, testConfig } from './support/build.ts';
import { recordedLog } from './support/log.ts';
import { proxyTo } from './support/proxy.ts';
import { makeMp4 } from './support/segments.ts';
import { until } from './support/until.ts';

t.setTimeout(120_000);

t.test(
  'an app was killed before it took the segments away: they go, and the recording stays as it is',
  async (t) => {
    const config = testConfig();
    const { path } = config.recordings;
    const { put, keys } = await bucketOf(config);
    const name = 'room-RM_1-2026-01-31T101530000.mp4';
    const media = await makeMp4(t, 1);
    await put(path + name, media);
    await put(
      `${path}${name}.json`,
      JSON.stringify(
        manifestOf({
          ...{ id: 'EG_1', name, roomName: 'room', roomId: 'RM_1', startedAt: 1_769_854_530_000 },
          ...{ size: media.length, status: 'ready', endedBy: 'stop' },
        }),
      ),
    );
    const segment = `${path}.reelroom/segments/${name.slice(0, -4)}/s_00000.ts`;
    await put(segment, 'media');
    const { moovFirst } = workingFiles(path, name);
    await put(moovFirst, 'half of a copy');

    const { trpc } = await serve(t, config);
    await until(
      'the segments to go',
      async () => (await keys()).every((key) => key !== segment && key !== moovFirst),
      60_000,
    );
    t.match(await trpc.recordings.get.query({ name }), { id: 'EG_1', status: 'ready', endedBy: 'stop' });
  },
);

/** What aborts uploads that broke off, `hours` from now. */
async function uploads(t: Test, endpoint?: string) {
  const config = testConfig();
  await bucketOf(config);
  const storage = createStorage({ ...config.s3, ...(endpoint !== undefined && { endpoint }) });
  t.teardown(() => storage.close());
  const { path } = config.recordings;
  const { log, lines } = recordedLog();
  const abortIn = (hours: number) =>
    createAbortUploads({
      storage: { ...storage, now: () => new Date(Date.now() + hours * 3_600_000) },
      ...{ path, log },
    })();
  return { storage, path, lines, abortIn };
}

t.test('uploads of ours that broke off are aborted after a day, and nobody else’s', async (t) => {
  const { storage, path, lines, abortIn } = await uploads(t);
  const name = 'Équipe "A" 🎥-RM_1-2026-01-31T101530000.mp4';
  const begin = async (key: string) => {
    const upload = await storage.startUpload(key, 'video/mp4');
    await upload.put(1, Buffer.from('a part'));
    return upload;
  };
  const ours = [path + name, workingFiles(path, name).moovFirst];
  const others = [`elsewhere/${name}`, `${path}folder/${name}`, `${path}notes.txt`];
  const [broken, kept] = [await Promise.all(ours.map(begin)), await Promise.all(others.map(begin))];
  await abortIn(23);
  t.same(lines, []);
  await abortIn(25);
  t.same(lines, ['info: aborted uploads that were abandoned more than a day ago']);
  for (const upload of broken) await t.rejects(upload.complete());
  for (const upload of kept) await t.resolves(upload.complete());
  await abortIn(25);
  t.equal(lines.length, 1);
});

t.test('where S3 refuses to list uploads all else goes on', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  s3.misbehave((request) =>
    request.startsWith('GET') && request.includes('uploads')
      ? { status: 403, body: '<Error><Code>AccessDenied</Code><Message>No</Message></Error>' }
      : undefined,
  );
  const { storage, abortIn } = await uploads(t, s3.url);
  await storage.check();
  await t.rejects(abortIn(0), { code: 'STORAGE_REFUSED' });
  await t.resolves(storage.check(0));
  t.same(storage.notices(), []);
});
