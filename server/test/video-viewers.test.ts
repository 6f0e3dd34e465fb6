import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { bucketOf, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { until } from './support/until.ts';

t.test('many viewers', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { put } = await bucketOf(config);
  const size = 64 << 20;
  const video = randomBytes(size);
  await put('recordings/large.mp4', video);
  const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

  /** Somebody who has read a first piece, and reads on as told. */
  async function watch(url: string) {
    const leave = new AbortController();
    const response = await fetch(`${url}/recordings/large.mp4`, { signal: leave.signal });
    const reader = response.body?.getReader();
    if (!reader) throw new Error('no video');
    const first = await reader.read();
    return { reader, received: first.value?.length ?? 0, leave: () => leave.abort() };
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

  t.test('who takes nothing for too long is dropped, who takes little is not', async (t) => {
    const { url } = await serve(t, {
      ...config,
      port: 0,
      playback: { ...config.playback, stalledSeconds: 3 },
    });
    const stalled = await watch(url);
    const slow = await watch(url);
    let { received } = slow;
    const readOn = async () => {
      const { value } = await slow.reader.read();
      received += value?.length ?? 0;
      return value !== undefined;
    };
    await until('the one who stopped to be dropped', async () => {
      // A quarter of a megabyte, until the next look: all of it would take four times as long.
      for (const end = received + (1 << 18); received < end && (await readOn()););
      return s3.transfers() <= 1;
    });
    const readAll = async () => {
      while (!(await stalled.reader.read()).done);
    };
    t.match(await failure(readAll()), { message: 'terminated' });
    t.ok(received < size, 'it was still reading');
    while (await readOn());
    t.equal(received, size);
  });
});
