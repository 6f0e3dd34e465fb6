import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { workingFiles } from '../bucket/layout.ts';
import { bucketOf, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { until } from './support/until.ts';

t.setTimeout(120_000);

t.test('many viewers', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { put } = await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
  const size = 64 << 20;
  const video = randomBytes(size);
  await put('recordings/large.mp4', video);
  const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

  /** Somebody who has read a first piece, and reads on as told. */
  async function watch(url: string, path = '/recordings/large.mp4') {
    const leave = new AbortController();
    const response = await fetch(url + path, { signal: leave.signal });
    const reader = response.body?.getReader();
    if (!reader) throw new Error('no video');
    const { value: first = new Uint8Array() } = await reader.read();
    return { reader, first, received: first.length, leave: () => leave.abort() };
  }

  t.test('who stops reading stops the transfer from S3, who leaves ends it', async (t) => {
    const { url } = await serve(t, config);
    const before = s3.bytes();
    const stopped = await Promise.all(Array.from({ length: 30 }, () => watch(url)));
    let seen = -1;
    await until('the transfers to pause', async () => {
      const isPaused = s3.bytes() === seen;
      seen = s3.bytes();
      await sleep(200);
      return isPaused;
    });
    t.equal(s3.transfers(), 30);
    // What is on its way is in the buffers of the system's connections.
    t.ok((seen - before) / 30 < size / 2, `${(seen - before) / 30} bytes for each of those who read none`);

    const others = Array.from({ length: 3 }, async () =>
      Buffer.from(await (await fetch(`${url}/recordings/large.mp4`)).arrayBuffer()),
    );
    for (const body of await Promise.all(others)) t.equal(sha(body), sha(video), 'others get all of it');

    for (const viewer of stopped.slice(0, 20)) viewer.leave();
    await until('the transfers of those who left to end', async () => s3.transfers() === 10);
    for (const viewer of stopped.slice(20)) viewer.leave();
    await until('all transfers to end', async () => s3.transfers() === 0);
  });

  t.test(
    'who takes nothing for too long is dropped, of whatever it is; who takes little is not',
    async (t) => {
      const { url } = await serve(t, {
        ...config,
        port: 0,
        playback: { ...config.playback, stalledSeconds: 3 },
      });
      await put(workingFiles('recordings/', 'large.mp4').poster, video);
      const paths = ['/recordings/large.mp4', '/recordings/zip?name=large.mp4', '/posters/large.mp4'];
      const stalled = await Promise.all(paths.map((path) => watch(url, path)));
      const slow = await watch(url);
      let { received } = slow;
      const readOn = async () => {
        const { value } = await slow.reader.read();
        received += value?.length ?? 0;
        return value !== undefined;
      };
      await until('those who stopped to be dropped', async () => {
        // A quarter of a megabyte, until the next look: all of it would take four times as long.
        for (const end = received + (1 << 18); received < end && (await readOn()););
        return s3.transfers() <= 1;
      });
      for (const { reader } of stalled) {
        const readAll = async () => {
          while (!(await reader.read()).done);
        };
        t.match(await failure(readAll()), { message: 'terminated' });
      }
      t.ok(received < size, 'it was still reading');
      while (await readOn());
      t.equal(received, size);
    },
  );

  t.test('S3 is away for 5 s', async (t) => {
    const { url } = await serve(t, { ...config, port: 0 });
    const path = '/recordings/medium.mp4';
    const medium = video.subarray(0, 24 << 20);
    await put(path.slice(1), medium);
    /** Twenty who have begun, of whom S3 knows nothing any more. */
    async function cutOff() {
      // The system's connections may hold all of a video: it must not have been sent.
      s3.misbehave(() => ({ stopAfter: medium.length / 2 }));
      const viewers = await Promise.all(Array.from({ length: 20 }, () => watch(url, path)));
      s3.goAway();
      return viewers.map(async ({ reader, first }) => {
        const hash = createHash('sha256').update(first);
        for (let next = await reader.read(); !next.done; next = await reader.read()) hash.update(next.value);
        return hash.digest('hex');
      });
    }
    const whole = await cutOff();
    // In the meantime they read all that was on its way.
    await sleep(5_000);
    s3.requests.length = 0;
    s3.comeBack();
    t.same(new Set(await Promise.all(whole)), new Set([sha(medium)]), 'nobody sees it');
    const again = s3.requests.filter((request) => /^GET .*medium\.mp4$/.test(request)).length;
    t.ok(again >= 20, `all were cut off: ${again} asked again`);

    const broken = await cutOff();
    await put(path.slice(1), randomBytes(medium.length));
    s3.comeBack();
    for (const end of await Promise.allSettled(broken))
      t.match(end, { status: 'rejected', reason: { message: 'terminated' } }, 'it is another one now');
  });
});
