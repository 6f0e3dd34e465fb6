import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import t, { type Test } from 'tap';
import type { Config } from '../app.ts';
import { createS3Client } from '../plugins/storage/s3-client.ts';
import { openRoom, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { until } from './support/until.ts';
import { createStorage } from '../plugins/storage/storage.ts';

const json = async (response: Response) => ({ status: response.status, body: Object(await response.json()) });

t.test('S3 is away, and comes back', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  s3.goAway();
  const { url, trpc } = await serve(t, testConfig({ S3_ENDPOINT: s3.url }));

  t.match(await json(await fetch(`${url}/readyz`)), {
    status: 503,
    body: { storage: { ready: false, reason: /S3.* cannot be reached/ }, calls: { ready: true } },
  });
  t.equal((await fetch(`${url}/healthz`)).status, 200);
  const refusal = { errorMessage: /storage .* cannot be reached/, code: 'STORAGE_UNAVAILABLE' };
  t.match(await json(await fetch(`${url}/recordings`)), { status: 503, body: refusal });
  t.match(await json(await fetch(`${url}/recordings/a.mp4`)), { status: 503, body: refusal });
  t.match(await json(await fetch(`${url}/recordings/a.mp4`, { method: 'DELETE' })), {
    status: 503,
    body: refusal,
  });
  t.match(await failure(trpc.recordings.list.query()), {
    data: { code: 'SERVICE_UNAVAILABLE', errorCode: 'STORAGE_UNAVAILABLE' },
  });

  s3.comeBack();
  await until('the app to be ready', async () => (await fetch(`${url}/readyz`)).ok);
  t.same(
    await json(await fetch(`${url}/recordings`)),
    { status: 200, body: { recordings: [] } },
    'the bucket was made',
  );
  await until('the status to say so', async () => (await trpc.system.status.query()).recording.ready);
});

t.test('S3 takes requests and never answers', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const { url } = await serve(t, testConfig({ S3_ENDPOINT: s3.url }));
  await until('the app to be ready', async () => (await fetch(`${url}/readyz`)).ok);
  s3.fallSilent();
  const [video] = await Promise.all([
    fetch(`${url}/recordings/a.mp4`).then(json),
    until('the operator to be told', async () => (await fetch(`${url}/readyz`)).status === 503, 40_000),
  ]);
  t.match(video, { status: 503, body: { code: 'STORAGE_UNAVAILABLE' } });
  s3.comeBack();
  await until('the app to be ready', async () => (await fetch(`${url}/readyz`)).ok);
});

t.test('a bucket that is missing is made, however many find that at once', async (t) => {
  const storage = createStorage(testConfig().s3);
  t.teardown(() => storage.close());
  await Promise.all(Array.from({ length: 10 }, () => storage.makeBucket()));
  await storage.check();
});

/** The test's bucket itself, as its operator has it. */
function bucketAt(t: Test, { s3 }: Config) {
  const client = createS3Client(s3);
  t.teardown(() => client.destroy());
  const Bucket = s3.bucket;
  const isThere = () =>
    client.send(new HeadBucketCommand({ Bucket })).then(
      () => true,
      () => false,
    );
  return {
    isThere,
    make: () => client.send(new CreateBucketCommand({ Bucket })),
    async remove(): Promise<void> {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket }))
        for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket, Key }));
      await client.send(new DeleteBucketCommand({ Bucket }));
    },
  };
}

t.test('a bucket that is missing is told, and made by nobody who was not asked to', async (t) => {
  const config = testConfig({ S3_CREATE_BUCKET: 'off' });
  const { url } = await serve(t, config);
  const bucket = bucketAt(t, config);
  const missing = { ready: false, detail: /NoSuchBucket.*|S3_BUCKET.*S3_CREATE_BUCKET=on/ };
  const refusal = { status: 503, body: { code: 'STORAGE_REFUSED' } };

  t.match(await json(await fetch(`${url}/readyz`)), { status: 503, body: { storage: missing } });
  t.match(await json(await fetch(`${url}/recordings`)), refusal);
  t.match(await json(await fetch(`${url}/recordings/a.mp4`)), refusal, 'nothing is said to be deleted');
  t.notOk(await bucket.isThere());

  await bucket.make();
  await until('the app to be ready', async () => (await fetch(`${url}/readyz`)).ok, 30_000);
});

t.test('a disk that is not mounted any more does not become a new library', async (t) => {
  const config = testConfig();
  const { url } = await serve(t, config);
  const bucket = bucketAt(t, config);
  await until('the app to be ready', async () => (await fetch(`${url}/readyz`)).ok);
  await bucket.remove();
  await until('the operator to be told', async () => (await fetch(`${url}/readyz`)).status === 503);
  t.match(await json(await fetch(`${url}/readyz`)), { body: { recording: { ready: false } } });
  t.notOk(await bucket.isThere(), 'and nobody makes it anew');
});

t.test('LiveKit is away, and comes back', async (t) => {
  const livekit = await proxyTo(t, testConfig().livekit.url);
  const config = testConfig({ LIVEKIT_URL: livekit.url });
  const room = await openRoom(t, config);
  const { url, post, trpc } = await serve(t, config);
  livekit.goAway();

  t.match(await json(await fetch(`${url}/readyz`)), {
    status: 503,
    body: { calls: { ready: false, reason: /LiveKit.* cannot be reached/ }, storage: { ready: true } },
  });
  const refusal = {
    status: 503,
    body: { errorMessage: /LiveKit.* cannot be reached/, code: 'LIVEKIT_UNAVAILABLE' },
  };
  t.match(await json(await post('/recordings/start', { roomName: room.name })), refusal);
  t.match(await json(await post('/recordings/stop', { roomName: room.name })), refusal);
  t.same(
    await json(await fetch(`${url}/recordings`)),
    { status: 200, body: { recordings: [] } },
    'the library works without it',
  );
  t.match(await failure(trpc.recordings.start.mutate({ roomName: room.name })), {
    data: { errorCode: 'LIVEKIT_UNAVAILABLE' },
  });

  livekit.comeBack();
  await until('the app to be ready', async () => (await fetch(`${url}/readyz`)).ok);
  t.match(await json(await post('/recordings/stop', { roomName: room.name })), { status: 409 });
});

t.test('a wrong LiveKit secret is told, and nothing of it', async (t) => {
  const secret = 'not-the-secret-that-livekit-has-00000';
  const { url, post } = await serve(t, testConfig({ LIVEKIT_API_SECRET: secret }));
  t.equal((await fetch(`${url}/readyz`)).status, 503);
  const { status, body } = await json(await post('/recordings/start', { roomName: 'a' }));
  t.equal(status, 503);
  t.notMatch(JSON.stringify(body), secret);
});
