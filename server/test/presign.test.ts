import fc from 'fast-check';
import t, { type Test } from 'tap';
import { egressFiles } from '../bucket/layout.ts';
import { createEgressRequests } from '../adapters/livekit/egress-request.ts';
import { createPresigner } from '../adapters/s3/presign.ts';
import { createSignedRequests } from '../adapters/s3/request.ts';
import { createStorage } from '../adapters/s3/bucket.ts';
import type { Config } from '../app.ts';
import { bucketOf, testConfig } from './support/build.ts';
import { shiftClock } from './support/clock.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';

/** What clients of HTTP, and S3 servers that keep objects as files, leave as it is. */
const segment = fc
  .string({
    unit: fc.constantFrom(...'azAZ09-_.~!\'()*+,;:@&=$%?#[]{}|^`"<> éß中🎥'),
    minLength: 1,
    maxLength: 20,
  })
  .filter((text) => !/^\.+$/.test(text) && text === text.trim());

t.test('whatever a key is, its signed URL is taken by S3', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  const presign = createPresigner(config.s3);

  await fc.assert(
    fc.asyncProperty(segment, segment, segment, async (folder, file, title) => {
      const key = `${folder}/${file}`;
      await put(key, key);
      const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(title)}`;
      const answer = await fetch(
        await presign('GET', key, { 'response-content-disposition': disposition }, 60),
      );
      t.equal(answer.status, 200, key);
      t.equal(await answer.text(), key);
      t.equal(answer.headers.get('content-disposition'), disposition);

      const query = { 'list-type': '2', prefix: key };
      const list = await fetch(await presign('GET', undefined, query, 60));
      t.equal(list.status, 200, `a list of ${key}`);
      t.match(await list.text(), '<Contents>', `a list of ${key}`);
    }),
    { numRuns: 60 },
  );
});

t.test('it is good for that key, that method and that time alone', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  await put('one.mp4', '1');
  await put('other.mp4', '2');
  const url = await createPresigner(config.s3)('GET', 'one.mp4', {}, 60);
  t.equal((await fetch(url)).status, 200);
  t.equal((await fetch(url.replace('one', 'other'))).status, 403);
  t.equal((await fetch(url, { method: 'HEAD' })).status, 403);
  t.equal((await fetch(url.replace('Expires=60', 'Expires=61'))).status, 403);
});

t.test('S3 below a path, at an address without a port, with the bucket in the host name', async (t) => {
  const s3 = { ...testConfig().s3, endpoint: 'https://example.org/s3/', bucket: 'b' };
  const presign = createPresigner(s3);
  t.match(await presign('GET', 'a b/c.mp4', {}, 60), /^https:\/\/example\.org\/s3\/b\/a%20b\/c\.mp4\?/);
  t.match(await presign('GET', undefined, {}, 60), /^https:\/\/example\.org\/s3\/b\?/);
  const hosted = createPresigner({ ...s3, forcePathStyle: false });
  t.match(await hosted('GET', 'a b/c.mp4', {}, 60), /^https:\/\/b\.example\.org\/s3\/a%20b\/c\.mp4\?/);
  const atRoot = createPresigner({ ...s3, endpoint: 'https://example.org', forcePathStyle: false });
  t.match(await atRoot('GET', undefined, {}, 60), /^https:\/\/b\.example\.org\/\?/);
});

/** The bucket as the app has it; let go of when the test ends. */
function storageOf(t: Test, { s3 }: Config) {
  const storage = createStorage(s3);
  t.teardown(() => storage.close());
  return storage;
}

/** Reads and writes by the SDK's requests and by our own. */
async function useAll(storage: ReturnType<typeof createStorage>): Promise<void> {
  await storage.putJson('a.json', {});
  await storage.getText('a.json');
  await storage.head('a.json');
  await storage.listPage({ prefix: '' });
  await storage.get('a.json', {}, AbortSignal.timeout(10_000)).then(({ body }) => body?.destroy());
}

for (const minutes of [20, -20, 300])
  t.test(`our clock is ${minutes} minutes off, and set right later`, async (t) => {
    const config = testConfig();
    await bucketOf(config);
    const storage = storageOf(t, config);
    await t.test('off', async (t) => {
      shiftClock(t, minutes * 60_000);
      await storage.listPage({ prefix: '' });
      await useAll(storage);
    });
    await useAll(storage);
    t.pass('all of it works');
  });

t.test('a URL that S3 does not take any more is signed anew, once', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  s3.misbehave((request) => ({ status: request.includes('second') ? 200 : 403, body: '' }));
  const requests = createSignedRequests(() => undefined);
  t.teardown(() => requests.close());
  const urls = ['first', 'second', 'third', 'fourth'].map((name) => `${s3.url}/${name}`);
  const get = (what: string) =>
    requests.get({
      ...{ what, sign: () => Promise.resolve(urls.shift() ?? ''), signal: AbortSignal.timeout(10_000) },
      read: async ({ statusCode, body }) => {
        await body.dump();
        return statusCode;
      },
    });
  t.equal(await get('one'), 200);
  t.equal(await get('one'), 200, 'and used again');
  t.equal(urls.length, 2);
  t.equal(await get('other'), 403, 'what is forbidden stays so');
  t.same(urls, []);
});

t.test(
  'without keys of our own those are used that the AWS SDK finds, for all requests and for Egress',
  async (t) => {
    const usual = testConfig();
    const s3 = await proxyTo(t, usual.s3.endpoint);
    // This S3 knows of no such tokens.
    s3.misbehave(() => ({ status: 404 }));
    const found = {
      AWS_ACCESS_KEY_ID: usual.s3.accessKey,
      AWS_SECRET_ACCESS_KEY: usual.s3.secretKey,
      AWS_SESSION_TOKEN: 'a-token+of/some=time',
    };
    Object.assign(process.env, found);
    t.teardown(() => Object.keys(found).forEach((name) => Reflect.deleteProperty(process.env, name)));
    const config = testConfig({
      ...{ S3_ENDPOINT: s3.url, S3_BUCKET: usual.s3.bucket, S3_ACCESS_KEY: '', S3_SECRET_KEY: '' },
      S3_EGRESS_ENDPOINT: 'http://s3.internal:9000',
    });
    const tokens = new Set<string | undefined>();
    s3.onRequest(({ url = '', headers }) => {
      const { searchParams } = new URL(url, s3.url);
      tokens.add(
        headers['x-amz-security-token']?.toString() ?? searchParams.get('X-Amz-Security-Token') ?? undefined,
      );
    });
    const storage = storageOf(t, config);
    await Promise.allSettled([storage.putJson('a', {}), storage.head('a'), storage.listPage({ prefix: '' })]);
    t.ok(s3.requests.length >= 3);
    t.same([...tokens], [found.AWS_SESSION_TOKEN], 'each request carries the token');

    const options = { roomName: 'r', quality: '720p', layout: 'grid', audioOnly: false } as const;
    t.match(
      await createEgressRequests(config, egressFiles(config.recordings.path)).outputsOf('r.mp4', options),
      {
        file: {
          output: {
            value: {
              endpoint: 'http://s3.internal:9000',
              accessKey: usual.s3.accessKey,
              secret: usual.s3.secretKey,
              sessionToken: found.AWS_SESSION_TOKEN,
              forcePathStyle: true,
            },
          },
        },
      },
    );
  },
);

t.test('no credentials anywhere: that is what is told', async (t) => {
  const nowhere = { AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent' };
  const before = Object.fromEntries(Object.keys(nowhere).map((name) => [name, process.env[name]]));
  Object.assign(process.env, nowhere);
  t.teardown(() => {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
  });
  const storage = storageOf(t, testConfig({ S3_ACCESS_KEY: '', S3_SECRET_KEY: '' }));
  const refused = { code: 'STORAGE_REFUSED', detail: /S3_ACCESS_KEY and S3_SECRET_KEY/ };
  t.match(await failure(storage.getText('a')), refused);
  t.match(await failure(storage.putJson('a', {})), refused);
  t.match(await failure(storage.check()), refused);
});
