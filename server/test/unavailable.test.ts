import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import t, { type Test } from 'tap';
import type { Config } from '../app.ts';
import { createS3Client } from '../adapters/s3/client.ts';
import { bucketOf, openRoom, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { until } from './support/until.ts';
import { createStorage } from '../adapters/s3/bucket.ts';

t.setTimeout(150_000);

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
    /** Takes it away with all that is in it, whatever the app puts into it meanwhile. */
    async remove(): Promise<void> {
      await until('the bucket to be gone', async () => {
        await empty();
        return client.send(new DeleteBucketCommand({ Bucket })).then(
          () => true,
          () => false,
        );
      });
    },
  };

  async function empty(): Promise<void> {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket }))
      for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket, Key }));
  }
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

t.test('S3 that takes six seconds a request is slow, and not away', async (t) => {
  const config = testConfig();
  const s3 = await proxyTo(t, config.s3.endpoint);
  const { url, trpc } = await serve(t, testConfig({ S3_ENDPOINT: s3.url, S3_BUCKET: config.s3.bucket }));
  await until('the app to be ready', async () => (await fetch(`${url}/readyz`)).ok);
  await until('the index', async () => (await fetch(`${url}/recordings`)).ok);

  s3.misbehave(() => ({ delayMs: 6_000 }));
  t.equal((await fetch(`${url}/recordings?limit=5`)).status, 200);
  await sleep(1_000);
  t.equal((await fetch(`${url}/readyz`)).status, 200);
  t.match(await trpc.system.status.query(), { recording: { ready: true } });
});

const denied = '<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>';

for (const { method, right, ready } of [
  { method: 'PUT', right: 's3:PutObject', ready: false },
  { method: 'DELETE', right: 's3:DeleteObject', ready: true },
])
  t.test(`the key may not do what takes ${right}: who runs the app is told`, async (t) => {
    const { s3: usual } = testConfig();
    const s3 = await proxyTo(t, usual.endpoint);
    const config = testConfig({ S3_ENDPOINT: s3.url });
    await bucketOf({ ...config, s3: { ...config.s3, endpoint: usual.endpoint } });
    s3.misbehave((request) => (request.startsWith(`${method} `) ? { status: 403, body: denied } : undefined));
    const { url } = await serve(t, config);
    const said = `${right} is needed (AccessDenied): look at S3_ACCESS_KEY`;
    const { status } = await until('it to be told', async () => {
      const answer = await fetch(`${url}/readyz`);
      return (await answer.text()).includes(said) && answer;
    });
    t.equal(status, ready ? 200 : 503, 'recordings are made without deleting');
    if (ready) return;

    const before = s3.requests.length;
    await sleep(4_000);
    // What is done once when the app begins may come in between.
    t.ok(
      s3.requests.length - before < 12,
      `${s3.requests.length - before} requests in 4 s: it is not tried without end`,
    );
  });

t.test('a wrong secret is told by its variable, and nothing of it', async (t) => {
  const S3_SECRET_KEY = 'not-the-secret-of-s3';
  const { url } = await serve(t, testConfig({ S3_SECRET_KEY }));
  const { status, body } = await json(await fetch(`${url}/readyz`));
  t.match(
    { status, detail: body.storage.detail },
    { status: 503, detail: /S3_SECRET_KEY \(SignatureDoesNotMatch\)/ },
  );
  const refused = await fetch(`${url}/recordings`);
  t.match(await json(refused), { status: 503, body: { code: 'STORAGE_REFUSED' } });
  t.notMatch(JSON.stringify(body), S3_SECRET_KEY);
});

t.test('LiveKit is away, and comes back', async (t) => {
  const livekit = await proxyTo(t, testConfig().livekit.url);
  const config = testConfig({ LIVEKIT_URL: livekit.url });
  const room = await openRoom(t, config);
  const { url, post, trpc } = await serve(t, config);
  livekit.goAway();

  await until('LiveKit to be away', async () => !(await trpc.system.status.query()).calls.ready);
  t.match(await json(await fetch(`${url}/readyz`)), {
    status: 200,
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
  await until('LiveKit to be back', async () => (await trpc.system.status.query()).calls.ready);
  t.match(await json(await post('/recordings/stop', { roomName: room.name })), { status: 409 });
});

t.test('a wrong LiveKit secret is told, and nothing of it', async (t) => {
  const secret = 'not-the-secret-that-livekit-has-00000';
  const { url, post } = await serve(t, testConfig({ LIVEKIT_API_SECRET: secret }));
  t.match(await json(await fetch(`${url}/readyz`)), { status: 200, body: { calls: { ready: false } } });
  const { status, body } = await json(await post('/recordings/start', { roomName: 'a' }));
  t.equal(status, 503);
  t.notMatch(JSON.stringify(body), secret);
});
