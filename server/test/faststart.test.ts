import t, { type Test } from 'tap';
import { makeFaststart } from '../features/media/faststart.ts';
import { inspectMedia } from '../features/media/inspect.ts';
import { box } from '../features/media/mp4-boxes.ts';
import { createPace } from '../features/media/pace.ts';
import { isFaststart, topBoxes } from '../features/media/moov-first.ts';
import { deleteSegments, workingFiles } from '../bucket/layout.ts';
import { createStorage, type Storage } from '../adapters/s3/bucket.ts';
import { bucketOf, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { makeMp4, openVideo } from './support/segments.ts';

t.setTimeout(400_000);

const { signal } = new AbortController();

/** As of an S3 server that does not know of this; it is not asked again. */
const refusal = { status: 501, body: '<Error><Code>NotImplemented</Code></Error>' };

t.test('the tables of a recording are moved to its beginning', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { path } = config.recordings;
  const { put, keys } = await bucketOf(config);
  const storage = createStorage(config.s3);
  t.teardown(() => storage.close());

  const name = 'Équipe "A" 🎥 50% a+b & c?-RM_1-2026-01-31T101530000.mp4';
  const key = path + name;
  const { moovFirst: scratch } = workingFiles(path, name);
  const small = await makeMp4(t, 2);
  const large = await makeMp4(t, 1, '-vf', 'scale=960:540,noise=alls=80:allf=t');
  t.ok(large.length > 8.5 * 2 ** 20, `${large.length} bytes`);

  const stored = async () => Buffer.from((await storage.getBytes(key)) ?? '');
  const etag = async () => (await storage.head(key)).etag;
  const begins = (file: Buffer) => isFaststart(topBoxes(file, 0, file.length));
  const move = async (over: Partial<Storage> = {}) => {
    const media = await inspectMedia(storage, key);
    if (!media) throw new Error('no file that can be played');
    return makeFaststart({ storage: { ...storage, ...over }, key, scratch, media, signal });
  };
  /** How many requests, and bytes, it takes to move the tables of what is stored, as `inspectMedia` says it. */
  const counted = async () => {
    const media = await inspectMedia(storage, key);
    s3.requests.length = 0;
    const before = s3.bytes();
    const moved = media && (await makeFaststart({ storage, key, scratch, media, signal }));
    return { media, moved, requests: s3.requests.length, bytes: s3.bytes() - before };
  };
  const isTheSame = async (t: Test, before: Buffer) => {
    const after = await stored();
    t.ok(begins(after), 'the tables are first');
    t.equal(after.length, before.length);
    const [old, now] = [await openVideo(t, before), await openVideo(t, after)];
    t.equal(await now.packets(), await old.packets(), 'all pictures and sounds are the same');
    t.equal(await now.complaints(), '');
    t.same(await keys(), [key], 'nothing else is left');
  };

  t.test('a small one: a GET and a PUT', async (t) => {
    await put(key, small);
    const { media, moved, requests } = await counted();
    t.equal(requests, 2);
    t.same(moved, media);
    t.same(await inspectMedia(storage, key), media);
    await isTheSame(t, small);
  });

  t.test('a large one: its bytes stay where they are', async (t) => {
    await put(key, large);
    const { media, moved, requests, bytes } = await counted();
    t.ok(requests <= 16 + 2 * Math.ceil(large.length / (8 * 2 ** 20)), `${requests} requests`);
    t.ok(bytes < 10 * 2 ** 20, `${bytes} bytes`);
    t.same(moved, media);
    await isTheSame(t, large);
  });

  t.test('one with much behind its tables', async (t) => {
    const file = Buffer.concat([small, box('free', Buffer.alloc(9 * 2 ** 20)), box('free')]);
    await put(key, file);
    await move();
    await isTheSame(t, file);
  });

  t.test('once is enough, and what needs nothing is left alone', async (t) => {
    for (const [what, file] of [
      ['small', small],
      ['large', large],
      ['made so', await makeMp4(t, 1, '-movflags', '+faststart')],
      ['fragments', await makeMp4(t, 1, '-movflags', '+frag_keyframe+empty_moov')],
    ] as const) {
      await put(key, file);
      await move();
      const before = await etag();
      t.equal((await counted()).requests, 1, what);
      t.equal(await etag(), before, what);
    }
    await put(key, large);
    await put(scratch, 'left by somebody who was killed');
    await move();
    await isTheSame(t, large);
  });

  t.test('two at once', async (t) => {
    for (const file of [small, large]) {
      await put(key, file);
      await Promise.allSettled([move(), move()]);
      await isTheSame(t, file);
    }
  });

  for (const [what, file] of [
    ['small', small],
    ['large', large],
  ] as const)
    t.test(`S3 fails at any step of a ${what} one: the file is what it was`, async (t) => {
      await put(key, file);
      const { requests } = await counted();
      let failures = 0;
      for (let step = 1; step <= requests; step += 1) {
        await put(key, file);
        const media = await inspectMedia(storage, key);
        if (!media) throw new Error('no file that can be played');
        // In turns this request only, or all from then on.
        s3.misbehave((_, n) => (n === step || (step % 2 === 0 && n > step) ? refusal : undefined));
        const error = await failure(makeFaststart({ storage, key, scratch, media, signal })).catch(
          () => undefined,
        );
        s3.comeBack();
        const now = await stored();
        if (error) failures += 1;
        t.ok(error ? now.equals(file) : begins(now), `${step} of ${requests}: ${error ? 'failed' : 'done'}`);
        await deleteSegments(storage, path, name);
        t.same(await keys(), [key]);
      }
      t.ok(failures >= requests - 1, `${failures} failures of ${requests} requests`);
    });

  /** S3 to which this happens right before the file is replaced. */
  const before = (happens: () => Promise<unknown>): Partial<Storage> => ({
    replace: async (...args) => happens().then(() => storage.replace(...args)),
    async startUpload(...args) {
      const upload = await storage.startUpload(...args);
      if (args[0] !== key) return upload;
      return { ...upload, complete: async (etag) => happens().then(() => upload.complete(etag)) };
    },
  });

  t.test('somebody else has replaced it meanwhile: theirs stays', async (t) => {
    const theirs = await makeMp4(t, 1);
    // What is deleted at the key itself is the upload.
    const isGivenUp = (request: string) => request.startsWith('DELETE ') && !request.includes('/.reelroom/');
    for (const file of [small, large]) {
      await put(key, file);
      s3.requests.length = 0;
      const error = await failure(move(before(() => put(key, theirs))));
      t.match(error, { name: 'ConditionNotMet' });
      t.ok(theirs.equals(await stored()));
      t.equal(s3.requests.some(isGivenUp), file === large, 'what was uploaded in parts is given up');
    }
  });

  t.test('it was deleted meanwhile: it does not come back', async (t) => {
    for (const file of [small, large]) {
      await put(key, file);
      await failure(move(before(() => storage.delete(key))));
      t.same(await keys(), []);
    }
  });

  t.test('one that would not be what was said of the file: the file is what it was', async (t) => {
    for (const file of [small, large]) {
      await put(key, file);
      const media = await inspectMedia(storage, key);
      if (!media) throw new Error('no file that can be played');
      const another = { ...media, width: 1 };
      const error = await failure(makeFaststart({ storage, key, scratch, media: another, signal }));
      t.match(error, { message: /differs from the original/ });
      t.ok(file.equals(await stored()));
      t.same(await keys(), [key]);
    }
  });

  t.test('an S3 that copies the wrong bytes is found out', async (t) => {
    await put(key, large);
    const wrong = (by: number): Partial<Storage> => ({
      async startUpload(...args) {
        const upload = await storage.startUpload(...args);
        return {
          ...upload,
          copy: (number, part) =>
            upload.copy(number, { ...part, start: part.start - by, end: part.end - by }),
        };
      },
    });
    t.match(await failure(move(wrong(1))), { message: /copied other bytes/ });
    t.ok(large.equals(await stored()));
  });
});

t.test('what would take too long is given up after a few copies', async (t) => {
  let now = 0;
  const copies = (total: number, eachMs: number) => {
    const onCopied = createPace(total, 30_000, () => now);
    for (let made = 1; made <= total; made += 1) {
      now += eachMs;
      try {
        onCopied();
      } catch {
        return made;
      }
    }
    return total;
  };
  t.equal(copies(1_000, 100), 8);
  t.equal(copies(1_000, 20), 1_000);
  t.equal(copies(4, 5_000), 4);
});
