import t, { type Test } from 'tap';
import { storageUnavailable } from '../lib/errors.ts';
import { inspectMedia } from '../features/media/inspect.ts';
import { rebuildFromSegments } from '../features/media/rebuild.ts';
import { ifUnchanged } from '../adapters/s3/conditions.ts';
import { createStorage } from '../adapters/s3/bucket.ts';
import { bucketOf, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { makeSegments, openVideo } from './support/segments.ts';

const { signal } = new AbortController();
/** For what nobody else makes. */
const condition = ifUnchanged(undefined);

t.test('a recording is made whole from its segments', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { put, keys } = await bucketOf(config);
  const storage = createStorage(config.s3);
  t.teardown(() => storage.close());
  const segments = await makeSegments(t, 6);

  /** Stores segments under a name, and gives their keys. */
  const store = async (name: string, bodies: (Buffer | undefined)[]) =>
    Promise.all(
      bodies.map(async (body, index) => {
        const key = `segments/${name}/s_0000${index}.ts`;
        if (body) await put(key, body);
        return key;
      }),
    );
  const read = async (key: string) => Buffer.from((await storage.getBytes(key)) ?? '');
  const rebuild = async (name: string, bodies: (Buffer | undefined)[]) => {
    const target = `${name}.mp4`;
    const keys = await store(name, bodies);
    const segments = keys.filter((_, i) => bodies[i] !== undefined);
    const rebuilt = await rebuildFromSegments({ storage, segments, target, condition, signal });
    const video = await openVideo(t, await read(target));
    return { rebuilt, video, info: await inspectMedia(storage, target) };
  };

  /** Times that follow each other, a frame or a sound apart, but for one gap of `gap` seconds. */
  const isSteady = (t: Test, times: number[], step: number, gap = 0) => {
    const steps = times
      .sort((one, other) => one - other)
      .map((time, index) => time - (times[index - 1] ?? time));
    const long = steps.slice(1).filter((time) => Math.abs(time - step) > 0.002);
    t.equal(long.length, gap > 0 ? 1 : 0, `steps of ${long.join(' ')}`);
    if (gap > 0) t.ok(Math.abs((long[0] ?? 0) - gap) < 0.06, `a gap of ${long[0]}`);
  };

  t.test('all of them', async (t) => {
    const { rebuilt, video, info } = await rebuild('whole', segments);
    t.match(rebuilt, { gapMs: 0, skipped: [], size: (await read('whole.mp4')).length });
    t.ok(Math.abs((rebuilt?.durationMs ?? 0) - 6000) < 60, `${rebuilt?.durationMs} ms`);
    t.match(info, {
      durationMs: rebuilt?.durationMs,
      size: rebuilt?.size,
      width: 160,
      height: 90,
      hasAudio: true,
    });
    t.equal(await video.complaints(), '');

    const pictures = await video.times('video');
    const sounds = await video.times('audio');
    t.equal(pictures.length, 180);
    t.equal(Math.min(...pictures, ...sounds), 0, 'times begin at zero');
    isSteady(t, pictures, 1 / 30);
    isSteady(t, sounds, 1024 / 48_000);
    // Pictures and sounds are as far apart as they were.
    const original = await openVideo(t, Buffer.concat(segments));
    const lead = async (of: typeof video) =>
      Math.min(...(await of.times('video'))) - Math.min(...(await of.times('audio')));
    t.ok(Math.abs((await lead(video)) - (await lead(original))) < 0.001);
  });

  t.test('one can jump to any place', async (t) => {
    const { video } = await rebuild('jump', segments);
    const first = Math.min(...(await video.times('video')));
    for (const second of [1, 3, 5]) {
      const key = await video.jumpTo(second + 0.5);
      t.ok(Math.abs(key - first - second) < 0.01, `to ${key}`);
    }
  });

  t.test('two at once: the first stays', async (t) => {
    const from = await store('twice', segments);
    const rebuildTwice = () =>
      rebuildFromSegments({ storage, segments: from, target: 'twice.mp4', condition, signal });
    const both = await Promise.allSettled([rebuildTwice(), rebuildTwice()]);
    const refused = both.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    t.match(refused, [{ name: 'ConditionNotMet' }]);
    const { etag } = await storage.head('twice.mp4');
    t.match(await failure(rebuildTwice()), { name: 'ConditionNotMet' });
    t.equal((await storage.head('twice.mp4')).etag, etag);
    const again = { storage, segments: from, target: 'twice.mp4', condition: ifUnchanged(etag), signal };
    t.match(await rebuildFromSegments(again), { gapMs: 0 }, 'what was seen is replaced');
    t.ok((await read('twice.mp4')).length > 0);
  });

  t.test('a segment that was listed and is gone: nothing is made', async (t) => {
    const from = await store('gone', [...segments.slice(0, 2), undefined, ...segments.slice(3)]);
    const rebuilding = rebuildFromSegments({
      storage,
      segments: from,
      target: 'gone.mp4',
      condition,
      signal,
    });
    t.match(await failure(rebuilding), { name: 'SegmentGone' });
    t.notOk((await keys()).includes('gone.mp4'));
  });

  t.test('given up: nothing is made', async (t) => {
    const from = await store('ended', segments);
    const ended = rebuildFromSegments({
      ...{ storage, segments: from, target: 'ended.mp4', condition },
      signal: AbortSignal.abort(),
    });
    t.match(await failure(ended), { name: 'AbortError' });
    t.notOk((await keys()).includes('ended.mp4'));
  });

  t.test('a gap in the middle: the rest keeps its time', async (t) => {
    for (const [reason, body] of [
      ['missing', undefined],
      ['empty', Buffer.alloc(0)],
      ['unreadable', Buffer.alloc(188 * 20, 'junk')],
    ] as const) {
      const { rebuilt, video, info } = await rebuild(
        reason,
        segments.map((segment, index) => (index === 2 ? body : segment)),
      );
      t.match(rebuilt, { skipped: body ? [{ key: /s_00002/, reason }] : [] });
      t.ok(Math.abs((rebuilt?.durationMs ?? 0) - 6000) < 60, `${rebuilt?.durationMs} ms`);
      t.ok(Math.abs((rebuilt?.gapMs ?? 0) - 1000) < 100, `${rebuilt?.gapMs} ms`);
      t.equal(info?.durationMs, rebuilt?.durationMs);
      t.equal(await video.complaints(), '');
      isSteady(t, await video.times('video'), 1 / 30, 1 + 1 / 30);
    }
  });

  t.test('a cut end is taken as far as it goes', async (t) => {
    const last = segments.at(-1) ?? Buffer.alloc(0);
    for (const length of [last.length / 2, 188 * 30, 1_000, 100]) {
      const { rebuilt, video } = await rebuild(`cut-${length}`, [
        ...segments.slice(0, -1),
        last.subarray(0, length),
      ]);
      const { durationMs = 0, skipped = [] } = rebuilt ?? {};
      t.ok(
        durationMs > 4_900 && durationMs < 5_900,
        `${length} bytes: ${durationMs} ms, ${skipped.length} skipped`,
      );
      if (length % 188) t.equal(await video.complaints(), '');
    }
  });

  t.test('the clock begins again at zero after 26.5 hours', async (t) => {
    const zero = 2 ** 33 / 90_000;
    const across = await rebuild('across', await makeSegments(t, 4, { clock: zero - 1.5 }));
    t.match(across.rebuilt, { gapMs: 0, skipped: [] });
    isSteady(t, await across.video.times('video'), 1 / 30);
    t.equal(await across.video.complaints(), '');

    const before = await makeSegments(t, 2, { clock: zero - 100 });
    const after = await makeSegments(t, 2, { clock: zero + 10 });
    const { rebuilt } = await rebuild('around', [...before, ...after]);
    t.match(rebuilt, { skipped: [] });
    t.ok(Math.abs((rebuilt?.durationMs ?? 0) - 112_000) < 100, `${rebuilt?.durationMs} ms`);
  });

  t.test('a segment that comes twice is taken once', async (t) => {
    const { rebuilt, video } = await rebuild('twofold', segments.toSpliced(2, 0, ...segments.slice(1, 2)));
    t.match(rebuilt, { skipped: [{ key: /s_00002/, reason: 'unreadable' }] });
    isSteady(t, await video.times('video'), 1 / 30);
  });

  t.test('sound alone', async (t) => {
    const { rebuilt, video, info } = await rebuild('sound', await makeSegments(t, 3, { hasVideo: false }));
    t.match(rebuilt, { gapMs: 0, skipped: [] });
    t.match(info, { hasAudio: true, width: undefined });
    t.equal(await video.complaints(), '');
  });

  t.test('nothing to be made of', async (t) => {
    for (const bodies of [[], [undefined, Buffer.alloc(0), Buffer.from('junk')]])
      t.equal((await rebuild('none', bodies)).rebuilt, undefined);
    t.notOk((await keys()).includes('none.mp4'));
  });

  t.test('what is larger than a part, and a failure, which leaves nothing', async (t) => {
    const noise = 'nullsrc=size=640x360:rate=30,geq=random(1)*255:128:128';
    const large = await makeSegments(t, 3, { picture: noise });
    s3.requests.length = 0;
    const { rebuilt, video } = await rebuild('large', large);
    t.ok((rebuilt?.size ?? 0) > 8 * 2 ** 20, `${rebuilt?.size} bytes`);
    const parts = s3.requests.filter((request) => request === `PUT /${config.s3.bucket}/large.mp4`).length;
    t.equal(parts, Math.ceil((rebuilt?.size ?? 0) / (8 * 2 ** 20)));
    t.equal(await video.complaints(), '');

    const segments = await store('broken', large);
    s3.requests.length = 0;
    const broken = {
      ...storage,
      getBytes: (key: string) =>
        key.includes('s_00002') ? Promise.reject(storageUnavailable()) : storage.getBytes(key),
    };
    const error = await failure(
      rebuildFromSegments({ storage: broken, segments, target: 'broken.mp4', condition, signal }),
    );
    t.match(error, { code: 'STORAGE_UNAVAILABLE' });
    t.equal(s3.requests.at(-1), `DELETE /${config.s3.bucket}/broken.mp4`, 'the upload is aborted');
    t.notOk((await keys()).includes('broken.mp4'));
  });
});
