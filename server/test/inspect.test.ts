import t from 'tap';
import { storageUnavailable } from '../lib/errors.ts';
import { inspectMedia } from '../features/media/inspect.ts';
import { createStorage } from '../adapters/s3/bucket.ts';
import { bucketOf, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { makeMp4 } from './support/segments.ts';

/** A box that players skip. */
function free(size: number): Buffer {
  const box = Buffer.alloc(size);
  box.writeUInt32BE(size);
  box.write('free', 4);
  return box;
}

t.test('a look into a media file', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { put } = await bucketOf(config);
  const storage = createStorage(config.s3);
  t.teardown(() => storage.close());
  const video = await makeMp4(t, 2);
  const short = { size: video.length, durationMs: 2000, width: 160, height: 90, hasAudio: true };

  /** What is seen of it, and with how many requests. */
  const inspect = async (body: Buffer) => {
    await put('it.mp4', body);
    s3.requests.length = 0;
    return { info: await inspectMedia(storage, 'it.mp4'), requests: s3.requests.length };
  };

  t.test('a short one takes one or two requests', async (t) => {
    const { info, requests } = await inspect(video);
    t.match(info, { ...short, durationMs: Number });
    t.ok(Math.abs((info?.durationMs ?? 0) - 2000) < 30, `${info?.durationMs} ms`);
    t.ok(requests <= 2, `${requests} requests`);
  });

  t.test('a large one is not read as a whole', async (t) => {
    const junk = free(20_000_000);
    const ftypEnd = video.readUInt32BE(0);
    const before = s3.bytes();
    const { info, requests } = await inspect(
      Buffer.concat([video.subarray(0, ftypEnd), junk, video.subarray(ftypEnd)]),
    );
    // The positions in the tables are off by the junk, so the last picture is junk: but it is there.
    t.match(info, { width: 160, height: 90 });
    t.ok(requests <= 4, `${requests} requests`);
    t.ok(s3.bytes() - before < 1_000_000);
  });

  t.test('sound alone, and pictures alone', async (t) => {
    const sound = await inspect(await makeMp4(t, 1, '-vn'));
    t.match(sound.info, { hasAudio: true, width: undefined });
    const pictures = await inspect(await makeMp4(t, 1, '-an'));
    t.match(pictures.info, { hasAudio: false, width: 160, durationMs: 1000 });
  });

  t.test('what cannot be played', async (t) => {
    const tablesFirst = await makeMp4(t, 2, '-movflags', '+faststart');
    t.match((await inspect(tablesFirst)).info, { width: 160 });
    for (const [what, body] of [
      ['empty', Buffer.alloc(0)],
      ['text', Buffer.from('this is no video, and never was one')],
      ['tables at the end, cut in the middle', video.subarray(0, video.length / 2)],
      ['tables at the end, cut in the tables', video.subarray(0, video.length - 100)],
      ['tables first, cut in the middle', tablesFirst.subarray(0, tablesFirst.length / 2)],
      ['tables first, cut at the end', tablesFirst.subarray(0, tablesFirst.length - 10)],
      ['no tracks', video.subarray(0, video.readUInt32BE(0))],
    ] as const)
      t.equal((await inspect(body)).info, undefined, what);
    t.equal(await inspectMedia(storage, 'none.mp4'), undefined);
  });

  t.test('S3 that is away is not taken for a broken file', async (t) => {
    await put('it.mp4', video);
    s3.goAway();
    t.match(await failure(inspectMedia(storage, 'it.mp4')), { code: 'STORAGE_UNAVAILABLE' });
    s3.comeBack();
    // Away after the first bytes.
    await put('it.mp4', Buffer.concat([video.subarray(0, video.readUInt32BE(0)), free(1_000_000), video]));
    const leaving = {
      ...storage,
      getPart: (key: string, start: number, end: number) =>
        start > 0 ? Promise.reject(storageUnavailable()) : storage.getPart(key, start, end),
    };
    t.match(await failure(inspectMedia(leaving, 'it.mp4')), { code: 'STORAGE_UNAVAILABLE' });
  });
});
