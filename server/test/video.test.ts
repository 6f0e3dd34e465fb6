import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { bucketOf, serve, testConfig } from './support/build.ts';
import { proxyTo } from './support/proxy.ts';
import { until } from './support/until.ts';

t.test('ranged video', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { put } = await bucketOf(config);
  const video = randomBytes(10_000);
  const name = 'Équipe "A" 🎥-RM_1-2026-01-31T101530.mp4';
  await put(`recordings/${name}`, video);
  await put('recordings/empty.mp4', '');
  const { url } = await serve(t, config);
  const address = `${url}/recordings/${encodeURIComponent(name)}`;

  const ask = async (headers: Record<string, string> = {}, init: RequestInit & { at?: string } = {}) => {
    const response = await fetch(init.at ?? address, { headers, ...init });
    return {
      response,
      status: response.status,
      headers: response.headers,
      body: Buffer.from(await response.arrayBuffer()),
    };
  };
  const { headers: first } = await ask();
  const etag = first.get('etag') ?? '';
  const lastModified = first.get('last-modified') ?? '';

  t.test('the whole', async (t) => {
    const { status, headers, body } = await ask();
    t.equal(status, 200);
    t.ok(body.equals(video));
    t.match(Object.fromEntries(headers), {
      'content-type': 'video/mp4',
      'content-length': '10000',
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
      etag: /^"/,
      'last-modified': /GMT$/,
    });
    t.equal(headers.get('content-range'), null);
  });

  t.test('a part', async (t) => {
    for (const [range, from, to] of [
      ['bytes=0-', 0, 9999],
      ['bytes=0-0', 0, 0],
      ['bytes=0-1', 0, 1],
      ['bytes=500-999', 500, 999],
      ['bytes=9999-', 9999, 9999],
      ['bytes=9000-20000', 9000, 9999],
      ['bytes=-1', 9999, 9999],
      ['bytes=-500', 9500, 9999],
      ['bytes=-20000', 0, 9999],
    ] as const) {
      const { status, headers, body } = await ask({ range });
      t.equal(status, 206, range);
      t.equal(headers.get('content-range'), `bytes ${from}-${to}/10000`, range);
      t.equal(headers.get('content-length'), String(to - from + 1), range);
      t.ok(body.equals(video.subarray(from, to + 1)), range);
    }
  });

  t.test('past the end', async (t) => {
    for (const range of ['bytes=10000-', 'bytes=10000-10001', 'bytes=-0', `bytes=${'9'.repeat(25)}-`]) {
      const { status, headers, body } = await ask({ range });
      t.equal(status, 416, range);
      t.equal(headers.get('content-range'), 'bytes */10000', range);
      t.equal(body.length, 0, range);
    }
  });

  t.test('what is no range is ignored', async (t) => {
    for (const range of ['bytes=abc', 'bytes=5-2', 'bytes=0-1,5-6', 'chunks=0-1', 'bytes', 'bytes=-'])
      t.equal((await ask({ range })).status, 200, range);
  });

  t.test('an empty recording', async (t) => {
    const at = `${url}/recordings/empty.mp4`;
    const whole = await ask({}, { at });
    t.equal(whole.status, 200);
    t.equal(whole.headers.get('content-length'), '0');
    const part = await ask({ range: 'bytes=0-' }, { at });
    t.equal(part.status, 416);
    t.equal(part.headers.get('content-range'), 'bytes */0');
    t.equal((await ask({ range: 'bytes=-500' }, { at })).status, 200, 'the last bytes of none are none');
    // As MinIO answers that.
    s3.misbehave((_request, _n, headers) => (headers.range ? { status: 206, body: '' } : undefined));
    t.equal((await ask({ range: 'bytes=-500' }, { at })).status, 200);
    s3.comeBack();
  });

  t.test('HEAD says the same and sends nothing', async (t) => {
    const { status, headers, body } = await ask({ range: 'bytes=0-1' }, { method: 'HEAD' });
    t.equal(status, 200);
    t.match(Object.fromEntries(headers), { 'content-length': '10000', 'accept-ranges': 'bytes', etag });
    t.equal(body.length, 0);
  });

  t.test('conditions', async (t) => {
    t.equal((await ask({ 'if-none-match': etag })).status, 304);
    t.equal((await ask({ 'if-none-match': etag, range: 'bytes=0-1' })).status, 304);
    t.equal((await ask({ 'if-none-match': '"other"' })).status, 200);
    t.equal((await ask({ 'if-modified-since': lastModified })).status, 304);
    t.equal((await ask({ 'if-modified-since': 'no date' })).status, 200);
    t.equal((await ask({ 'if-match': etag })).status, 200);
    t.equal((await ask({ 'if-match': '"other"' })).status, 412);
    t.equal((await ask({ 'if-none-match': etag }, { method: 'HEAD' })).status, 304);
  });

  t.test('If-Range', async (t) => {
    const range = 'bytes=0-1';
    t.equal((await ask({ range, 'if-range': etag })).status, 206);
    t.equal((await ask({ range, 'if-range': lastModified })).status, 206);
    t.equal((await ask({ range, 'if-range': '"other"' })).status, 200);
    t.equal((await ask({ range, 'if-range': `W/${etag}` })).status, 200);
    t.equal((await ask({ range, 'if-range': 'Thu, 01 Jan 1970 00:00:00 GMT' })).status, 200);
  });

  t.test('none of that name', async (t) => {
    for (const path of ['none.mp4', '..%2Fempty.mp4', 'none', '%00.mp4', `${'x'.repeat(2000)}.mp4`]) {
      const { status, body } = await ask({}, { at: `${url}/recordings/${path}` });
      t.equal(status, 404, path);
      t.same(JSON.parse(body.toString()), {
        errorMessage: 'Recording not found',
        code: 'RECORDING_NOT_FOUND',
      });
    }
    t.equal((await ask({}, { method: 'HEAD', at: `${url}/recordings/none.mp4` })).status, 404);
  });

  t.test('one request to S3 for one of ours, which is no GetObject where it ends in a 304', async (t) => {
    for (const [headers, request] of [
      [{}, 'GET'],
      [{ range: 'bytes=5-' }, 'GET'],
      [{ range: 'bytes=-5', 'if-range': etag }, 'GET'],
      [{ 'if-none-match': etag }, 'HEAD'],
      [{ 'if-modified-since': lastModified, range: 'bytes=5-' }, 'HEAD'],
    ] as const) {
      s3.requests.length = 0;
      await ask({ ...headers });
      const asked = s3.requests.filter((one) => one.includes('.mp4')).map((one) => one.split(' ')[0]);
      t.same(asked, [request], JSON.stringify(headers));
    }
  });

  t.test('whatever ranges follow each other, together they are the file', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 9999 }), { maxLength: 8 }), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), 10_000];
        const parts = edges
          .slice(0, -1)
          .map((edge, i) => ask({ range: `bytes=${edge}-${(edges[i + 1] ?? 0) - 1}` }));
        return Buffer.concat((await Promise.all(parts)).map(({ body }) => body)).equals(video);
      }),
      { numRuns: 30 },
    );
  });

  t.test('the portion size caps an open-ended range', async (t) => {
    const capped = await serve(t, {
      ...config,
      port: 0,
      recordings: { ...config.recordings, portionSize: 100 },
    });
    const at = `${capped.url}/recordings/${encodeURIComponent(name)}`;
    t.equal((await ask({ range: 'bytes=50-' }, { at })).headers.get('content-range'), 'bytes 50-149/10000');
    t.equal((await ask({}, { at })).body.length, 10_000);
  });

  t.test('a large one', async (t) => {
    const size = 64 << 20;
    const large = randomBytes(size);
    const at = `${url}/recordings/large.mp4`;
    await put('recordings/large.mp4', large);

    t.test('arrives as it is', async (t) => {
      const { body } = await ask({}, { at });
      const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
      t.equal(sha(body), sha(large));
    });

    t.test('is read from S3 no faster than by the viewer, and no more once the viewer leaves', async (t) => {
      const before = s3.bytes();
      const leave = new AbortController();
      const response = await fetch(at, { signal: leave.signal });
      const reader = response.body?.getReader();
      await reader?.read();
      let seen = -1;
      await until('the transfer to pause', async () => {
        const paused = s3.bytes() === seen && seen > before;
        seen = s3.bytes();
        return paused;
      });
      t.ok(seen - before < size / 2, `${seen - before} bytes were read for a viewer who reads none`);
      leave.abort();
      const { body } = await ask({ range: 'bytes=0-0' }, { at });
      t.equal(body.length, 1);
      t.ok(s3.bytes() - before < size / 2);
    });
  });
});
