import t, { type Test } from 'tap';
import { workingFiles } from '../bucket/layout.ts';
import type { RecordingState } from '../adapters/livekit/egress-info.ts';
import { failed } from '../features/recording/status-machine.ts';
import { bucketOf, testConfig } from './support/build.ts';
import { endedRecording, libraryProcess } from './support/library-process.ts';
import { proxyTo, type Fault } from './support/proxy.ts';
import { makeMp4, makeSegments } from './support/segments.ts';
import { until } from './support/until.ts';

t.setTimeout(120_000);

const seconds = 12;

/** A bucket with the segments of a recording, and a second way to it that is as slow as `delays` says. */
async function twoWays(t: Test, delays: (request: string) => Fault | undefined) {
  const config = testConfig();
  const far = await proxyTo(t, config.s3.endpoint);
  far.misbehave(delays);
  const farConfig = testConfig({ S3_BUCKET: config.s3.bucket, S3_ENDPOINT: far.url });
  return { config, far, farConfig, bucket: await bucketOf(config) };
}

/** A recording whose recorder was lost, 8 s after the last of its segments, while it was asked to stop. */
const lost = (): RecordingState =>
  failed(
    { ...endedRecording(), recordingSince: 1_000, endedAt: 1_000 + (seconds + 8) * 1_000 },
    'RECORDER_LOST',
  );

t.test('two processes make a recording whole whose recorder was lost: all of it, once', async (t) => {
  const segments = await makeSegments(t, seconds);
  /** Which requests of the other process are late, how late they are, and when it begins, in ms. */
  for (const [late, delayMs, laterMs] of [
    [/GET .*s_\d+\.ts/, 60, 0],
    [/GET .*s_\d+\.ts/, 20, 0],
    [/./, 20, 0],
    [/./, 0, 60],
    [/./, 0, 250],
    [/POST .*uploadId/, 1_000, 0],
  ] as const)
    await t.test(`${late} ${delayMs} ms farther, ${laterMs} ms later`, async (t) => {
      const { config, farConfig, bucket } = await twoWays(t, (request) =>
        late.test(request) ? { delayMs } : undefined,
      );
      const recording = lost();
      const { segmentsFolder } = workingFiles(config.recordings.path, recording.name);
      await Promise.all(
        segments.map((segment, i) =>
          bucket.put(`${segmentsFolder}s_${String(i).padStart(5, '0')}.ts`, segment),
        ),
      );
      const [near, far] = [libraryProcess(t, config), libraryProcess(t, farConfig)];
      const first = near.finish(recording);
      const begun = performance.now();
      await until('the other to begin', async () => performance.now() - begun >= laterMs);
      const ends = await Promise.all([first, far.finish(recording)]);
      const { durationMs = 0, ...stored } = await near.library.get(recording.name);
      for (const end of [...ends, stored, await far.finish(recording)]) {
        t.match(end, { status: 'ready', endedBy: 'recovered' });
        t.ok(Math.abs((end?.lostMs ?? 0) - 8_000) < 100, `${end?.lostMs} ms of 8 s are said to be lost`);
      }
      t.ok(Math.abs(durationMs - seconds * 1_000) < 100, `${durationMs} ms of ${seconds} s`);
      t.same(await near.rows(), [await near.library.get(recording.name)], 'it is listed once');
      t.same(
        (await bucket.keys()).filter((key) => key.includes('/segments/')),
        [],
        'the segments are gone',
      );
    });
});

t.test(
  'a recorder that was taken for lost uploads its file while it is made whole: that stays',
  async (t) => {
    const { farConfig, far, bucket } = await twoWays(t, (request) =>
      /GET .*s_\d+\.ts/.test(request) ? { delayMs: 50 } : undefined,
    );
    const { endedBy: _endedBy, ...recording } = lost();
    const { path } = farConfig.recordings;
    const segments = (await makeSegments(t, seconds)).slice(0, seconds / 2);
    for (const [i, segment] of segments.entries())
      await bucket.put(`${workingFiles(path, recording.name).segmentsFolder}s_0000${i}.ts`, segment);
    const whole = await makeMp4(t, seconds);
    const { library, finish } = libraryProcess(t, farConfig);
    const finished = finish(recording);
    await until('segments to be read', async () => far.requests.some((request) => request.endsWith('.ts')));
    await bucket.put(path + recording.name, whole);
    await finished;
    const { durationMs = 0, endedBy } = await library.get(recording.name);
    t.ok(durationMs > (seconds - 1) * 1_000, `${durationMs} ms of ${seconds} s`);
    t.equal(endedBy, 'recovered');
    // Its recorder says so, late.
    t.match(await finish({ ...endedRecording(), name: recording.name }), { endedBy: 'stop' });
    t.equal((await library.get(recording.name)).endedBy, 'stop');
  },
);

t.test('deleted as soon as it was ready: it does not come back by a process that is slower', async (t) => {
  const media = await makeMp4(t, 1);
  for (const [what, recording, late] of [
    ['before it looks', endedRecording(), /GET .*\.mp4$/],
    ['before it describes it', endedRecording(), /PUT .*\.mp4\.json$/],
    ['before it enters it', endedRecording(), /PUT .*\/index\//],
    ['whose recorder was lost', lost(), /GET .*\.mp4$/],
    ['whose recorder was lost, before it describes it', lost(), /PUT .*\.mp4\.json$/],
  ] as const)
    await t.test(what, async (t) => {
      const { config, farConfig, far: way, bucket } = await twoWays(t, () => undefined);
      await bucket.put(config.recordings.path + recording.name, media);
      const [near, far] = [libraryProcess(t, config), libraryProcess(t, farConfig)];
      let isLate = false;
      way.misbehave((request) => {
        if (!late.test(request.split('?')[0] ?? '') || isLate) return undefined;
        isLate = true;
        return { delayMs: 1_500 };
      });
      const slower = far.finish(recording);
      await until('it to be late', async () => isLate);
      t.match(await near.finish(recording), { status: 'ready' });
      await near.library.delete(recording.name);
      t.equal(await slower, undefined);
      t.same(await near.rows(), []);
      t.same(await bucket.keys(), [], 'nothing of it is there');
      t.equal(await far.finish(recording), undefined, 'nor does it come back later');
      t.same(await bucket.keys(), []);
    });
});

t.test('a recorder that could not store its file has not had it deleted', async (t) => {
  const config = testConfig();
  await bucketOf(config);
  const { finish, rows } = libraryProcess(t, config);
  const recording = { ...endedRecording(), isLeftBehind: true };
  t.match(await finish(recording), { status: 'failed', failure: 'RECORDER_FAILED' });
  t.match(await rows(), [{ name: recording.name, status: 'failed' }]);
  t.match(await finish(recording), { status: 'failed' }, 'the same again');
});

t.test('killed between manifest and index: it is listed by whoever looks next', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  const recording = endedRecording();
  await put(config.recordings.path + recording.name, await makeMp4(t, 1));
  for (const survives of [0, 1]) {
    let entries = 0;
    let isKilled = false;
    const dying = libraryProcess(t, config, {
      async putEmpty(key) {
        if (entries++ < survives) return alive.storage.putEmpty(key);
        isKilled = true;
        return new Promise(() => undefined);
      },
    });
    const alive = libraryProcess(t, config);
    void dying.finish(recording);
    await until('it to be killed', async () => isKilled);
    t.same(await alive.rows(), []);
    t.equal(await alive.library.ensureListed(recording.name), 'ready');
    t.match(await alive.rows(), [{ name: recording.name, endedBy: 'stop' }]);
    await alive.library.delete(recording.name);
    await put(config.recordings.path + recording.name, await makeMp4(t, 1));
  }
  const { library } = libraryProcess(t, config);
  t.equal(
    await library.ensureListed(recording.name),
    undefined,
    'what is not described has not been seen to',
  );
});

t.test('S3 refuses to delete segments: the recording is ready all the same', async (t) => {
  const { farConfig, far, bucket } = await twoWays(t, (request) =>
    /^(POST .*\?delete|DELETE )/.test(request)
      ? { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' }
      : undefined,
  );
  const recording = endedRecording();
  const { path } = farConfig.recordings;
  await bucket.put(path + recording.name, await makeMp4(t, 1));
  const segment = `${workingFiles(path, recording.name).segmentsFolder}s_00000.ts`;
  await bucket.put(segment, 'media');
  const { finish, library, rows, logged } = libraryProcess(t, farConfig);
  t.match(await finish(recording), { status: 'ready', endedBy: 'stop' });
  t.match(await rows(), [{ name: recording.name }]);
  t.ok((await bucket.keys()).includes(segment));
  t.match(
    logged.filter((line) => line.startsWith('warn')),
    [/a stale index entry could not be removed/, /segments could not be deleted/],
  );
  far.requests.length = 0;
  await library.tidy(recording.name);
  t.same(far.requests, [], 'not tried again at once');
});
