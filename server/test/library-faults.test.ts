import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { dirname, join } from 'node:path';
import t from 'tap';
import { entryKeys } from '../features/index/key.ts';
import { bucketOf, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { putSeedRecordings } from './support/seeded.ts';
import { until } from './support/until.ts';

t.setTimeout(180_000);

const noon = Date.UTC(2026, 0, 31, 12);
const some = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ roomName: 'r', roomId: 'RM_1', startedAt: noon - i * 60_000 }));
const isList = (request: string) => request.includes('list-type=2');
const unavailable = { data: { code: 'SERVICE_UNAVAILABLE', errorCode: 'STORAGE_UNAVAILABLE' } };

/** An app behind a proxy to S3, with as many recordings. */
async function withRecordings(t: Parameters<typeof serve>[0], count: number) {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const bucket = await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
  const names = await putSeedRecordings(bucket.put, some(count));
  const app = await serve(t, config);
  await until('the index to be built', async () => !(await app.trpc.recordings.list.query()).indexing);
  return { ...app, ...bucket, s3, names };
}

t.test('S3 takes 2 s for each call: lists are slow, and right', async (t) => {
  const { trpc, s3, names } = await withRecordings(t, 3);
  s3.misbehave(() => ({ delayMs: 2_000 }));
  const began = Date.now();
  const { recordings } = await trpc.recordings.list.query();
  t.same(
    recordings.map(({ name }) => name),
    names,
  );
  t.ok(Date.now() - began < 4_000, 'one call');
  t.match(await trpc.recordings.rename.mutate({ name: names[0] ?? '', title: 'slow' }), { title: 'slow' });
});

t.test('every third call fails: lists are whole, and what could not be done is told', async (t) => {
  const { trpc, url, s3, names, keys } = await withRecordings(t, 40);
  s3.misbehave((_, n) => (n % 3 === 0 ? { status: 500 } : undefined));
  for (let i = 0; i < 10; i += 1)
    t.equal((await trpc.recordings.list.query({ order: i % 2 ? 'oldest' : 'newest' })).recordings.length, 40);
  t.equal(Object(await (await fetch(`${url}/recordings`)).json()).recordings.length, 40);
  // Of forty at once some have the bad luck of being every third one four times: they are told of.
  let left = names.slice(0, 20);
  for (let tries = 0; left.length > 0 && tries < 5; tries += 1) {
    const { results } = await trpc.recordings.deleteMany.mutate({ names: left });
    const failed = results.filter(({ error }) => error);
    t.ok(failed.every(({ error }) => error?.code === 'STORAGE_UNAVAILABLE'));
    left = failed.map(({ name }) => name);
  }
  t.equal((await trpc.recordings.list.query()).recordings.length, 20);
  s3.comeBack();
  t.equal((await keys()).filter((key) => !key.includes('/deleting/')).length, 80);
});

t.test('S3 is too busy to list: a clear error, never a short list', async (t) => {
  const { trpc, url, s3, names } = await withRecordings(t, 5);
  s3.misbehave((request) => (isList(request) ? { status: 503 } : undefined));
  for (const query of [{}, { order: 'oldest' }, { search: 'r' }, { roomName: 'r' }] as const)
    t.match(await failure(trpc.recordings.list.query(query)), unavailable, JSON.stringify(query));
  t.match(await failure(trpc.recordings.rooms.query()), unavailable);
  t.match(await failure(trpc.recordings.totals.query()), unavailable);
  for (const path of ['recordings', 'recordings?limit=5']) {
    const response = await fetch(`${url}/${path}`);
    t.equal(response.status, 503, path);
    t.match(await response.json(), { code: 'STORAGE_UNAVAILABLE', errorMessage: /storage of recordings/ });
  }
  const before = s3.requests.length;
  await failure(trpc.recordings.list.query());
  t.ok(
    s3.requests.slice(before).filter((request) => request.startsWith('GET')).length >= 3,
    'it was tried again',
  );

  s3.misbehave((request, n) => (isList(request) && n <= 2 ? { status: 503 } : undefined));
  t.equal((await trpc.recordings.list.query()).recordings.length, names.length, 'twice too busy is nothing');
});

t.test('the complete list', async (t) => {
  const { trpc, url, s3, config } = await withRecordings(t, 1);
  const root = 'recordings/.reelroom/index/v1/';
  // As the files that the S3 server keeps objects in, since so many PUTs take long.
  const folder = join(process.env.REELROOM_STACK ?? '', 's3', config.s3.bucket);
  const title = 'a title that makes it long '.repeat(7).trim();
  for (let i = 1; i <= 3_500; i += 1) {
    const recording = { id: `EG_${i}`, name: `r-RM_1-${i}.mp4`, roomName: 'r', roomId: 'RM_1', size: 1 };
    const startedAt = noon - i * 60_000;
    const [key = ''] = entryKeys(root, { ...recording, title, startedAt, status: 'ready' });
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), '');
  }
  t.equal((await trpc.recordings.list.query()).recordings.length, 50);

  await t.test('is read from S3 no faster than it is taken', async (t) => {
    // Not those that look for what somebody has left undone.
    let lists = 0;
    s3.misbehave((request) => {
      if (isList(request) && request.includes(encodeURIComponent(root))) lists += 1;
      return undefined;
    });
    const request = get(`${url}/recordings`);
    const [response] = await once(request, 'response');
    response.pause();
    // The sockets between us hold some of it; nobody reads.
    await until('the app to stop reading', async () => {
      const before = lists;
      await until('a while to pass', async () => response.readableLength >= 0, 500);
      return before > 0 && before === lists;
    });
    t.ok(lists < 4, `${lists} of 4 pages were read`);
    let body = '';
    for await (const chunk of response) body += chunk;
    t.equal(JSON.parse(body).recordings.length, 3_501);
    t.equal(lists, 4);
  });

  await t.test('that S3 breaks off is broken off, and is no good JSON', async (t) => {
    s3.misbehave((request) =>
      isList(request) && request.includes('start-after') ? { status: 503 } : undefined,
    );
    const response = await fetch(`${url}/recordings`);
    t.equal(response.status, 200, 'it began well');
    t.ok(await failure(response.text()));
  });
});
