import { randomBytes } from 'node:crypto';
import t from 'tap';
import { bucketOf, serve, testConfig } from './support/build.ts';
import { proxyTo } from './support/proxy.ts';

t.test('PLAYBACK=redirect sends players to S3 itself', async (t) => {
  const endpoint = testConfig().s3.endpoint;
  const s3 = await proxyTo(t, endpoint);
  const config = testConfig({
    S3_ENDPOINT: s3.url,
    S3_PUBLIC_ENDPOINT: endpoint,
    PLAYBACK: 'redirect',
  });
  const { put } = await bucketOf(config);
  const video = randomBytes(10_000);
  const name = 'Équipe "A" 🎥-RM_1-2026-01-31T101530.mp4';
  await put(`recordings/${name}`, video);
  const { url } = await serve(t, config);
  const address = `${url}/recordings/${encodeURIComponent(name)}`;
  s3.requests.length = 0;

  for (const method of ['GET', 'HEAD']) {
    const response = await fetch(address, { method, redirect: 'manual' });
    t.equal(response.status, 302, method);
    t.equal(response.headers.get('cache-control'), 'no-store');
    const to = new URL(response.headers.get('location') ?? '');
    t.equal(to.origin, endpoint);
    t.equal(to.searchParams.get('X-Amz-Expires'), '600');
    const other = method === 'GET' ? 'HEAD' : 'GET';
    t.equal((await fetch(to, { method: other })).status, 403, `signed for ${method} alone`);
  }

  const part = await fetch(address, { headers: { range: 'bytes=500-999' } });
  t.equal(part.status, 206);
  t.equal(part.headers.get('content-type'), 'video/mp4');
  t.equal(part.headers.get('content-range'), 'bytes 500-999/10000');
  t.equal(part.headers.get('content-disposition'), null);
  t.ok(Buffer.from(await part.arrayBuffer()).equals(video.subarray(500, 1000)));

  const head = await fetch(address, { method: 'HEAD' });
  t.equal(head.status, 200);
  t.equal(head.headers.get('content-length'), '10000');

  const saved = await fetch(`${address}?download=Q1%20%C3%A9t%C3%A9`);
  t.match(saved.headers.get('content-disposition'), /^attachment; filename=.*%C3%A9t%C3%A9\.mp4/);
  await saved.arrayBuffer();

  const none = await fetch(`${url}/recordings/none.mp4`);
  t.equal(none.status, 404, 'S3 says so by itself');
  t.match(await none.text(), /<Code>NoSuchKey<\/Code>/);
  t.match(await (await fetch(`${url}/recordings/..%2Fa.mp4`)).json(), { code: 'RECORDING_NOT_FOUND' });

  const asked = s3.requests.filter((request) => request.includes('.mp4'));
  const isManifest = (request: string) => request.startsWith('GET') && request.endsWith('.mp4.json');
  t.same(
    asked.filter((request) => !isManifest(request)),
    [],
    'the app itself has asked S3 for nothing',
  );
  t.equal(asked.length, 2, 'but for whether it is in the trash');
});
