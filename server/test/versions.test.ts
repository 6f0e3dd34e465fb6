import pMap from 'p-map';
import t, { type Test } from 'tap';
import { createDeletionJournal } from '../features/library/deletion.ts';
import { workingFiles } from '../bucket/layout.ts';
import { createResumeDeletions } from '../jobs/resume-deletions.ts';
import { createStorage } from '../adapters/s3/bucket.ts';
import { bucketOf, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { endedRecording, libraryProcess } from './support/library-process.ts';
import { proxyTo } from './support/proxy.ts';
import { makeMp4 } from './support/segments.ts';
import { until } from './support/until.ts';
import {
  configBy,
  isMinio,
  versionedBucket,
  versionedS3,
  type VersionedBucket,
} from './support/versioned-s3.ts';

t.setTimeout(180_000);

const denied = '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';

/** A recording that was replaced, renamed and shared, and whose segments are gone. */
async function madeRecording(t: Test, { config }: VersionedBucket, { isReplaced = true } = {}) {
  const { library, finish, storage, index } = libraryProcess(t, config);
  const recording = endedRecording();
  const { name } = recording;
  const { segmentsFolder, thumbsFolder } = workingFiles(config.recordings.path, name);
  const bucket = await bucketOf(config);
  const manifest = { egress_id: 'EG_1', room_id: 'RM_abc', room_name: recording.roomName, started_at: 1 };
  if (isReplaced) await bucket.put(library.keyOf(name), 'half of it');
  await bucket.put(library.keyOf(name), await makeMp4(t, 2));
  await bucket.put(`${library.keyOf(name)}.json`, JSON.stringify(manifest));
  for (let i = 0; i < 12; i += 1) {
    await bucket.put(`${segmentsFolder}s_${String(i).padStart(5, '0')}.ts`, 'a segment');
    await bucket.put(`${thumbsFolder}t_${String(i).padStart(5, '0')}.jpeg`, 'a picture');
  }
  const end = await finish(recording);
  return { name, recording, end, library, storage, index, bucket, stem: name.slice(0, -4) };
}

t.test('a bucket that keeps versions', async (t) => {
  const environment = await versionedS3(t);

  await t.test('what is cleared away while a recording is made is gone for good', async (t) => {
    const bucket = await versionedBucket(environment, { versions: 'Enabled' });
    const { end, name } = await madeRecording(t, bucket);
    t.match(end, { status: 'ready' });
    t.same(await bucket.versions('/segments/'), []);
    t.equal((await bucket.versions(`${name}`)).filter((key) => key.endsWith('.mp4')).length, 1);
  });

  for (const suspended of [false, true])
    await t.test(`deleted is deleted${suspended ? ', also once it is suspended' : ''}`, async (t) => {
      const bucket = await versionedBucket(environment, { versions: 'Enabled' });
      const { name, stem, library } = await madeRecording(t, bucket);
      await library.rename(name, 'A title');
      if (suspended) {
        await bucket.setVersioning('Suspended');
        await library.rename(name, 'Another');
      }
      t.ok((await bucket.versions(stem)).length > 15);
      // Another process, which has put nothing there.
      await libraryProcess(t, bucket.config).library.delete(name);
      const left = (await bucket.versions('')).filter((key) => !key.includes('/.reelroom/deleted/'));
      t.same(
        left.filter((key) => key.includes(stem) || key.includes('/deleting/')),
        [],
      );
      t.same(
        left.filter((key) => key.includes('/index/v1/all/') || key.includes('/index/v1/room/')),
        [],
      );
    });

  await t.test('many versions, in folders of many others', async (t) => {
    const bucket = await versionedBucket(environment, { versions: 'Enabled' });
    const storage = createStorage(bucket.config.s3);
    t.teardown(() => storage.close());
    const numbers = (count: number, make: (i: number) => string) =>
      Array.from({ length: count }, (_, i) => make(i));
    const others = numbers(1_100, (i) => `x/a-${i}`);
    const flat = numbers(9, (i) => `x/z-${i}`);
    const often = numbers(10, (i) => `y/é-${i}`);
    const put = (keys: string[]) => pMap(keys, (key) => storage.putEmpty(key), { concurrency: 16 });
    await put([...others, ...flat]);
    for (let i = 0; i < 105; i += 1) await put(often);
    await storage.deleteMany([...flat, ...often, 'x/none']);
    // versitygw gives the last of one page again on the next.
    t.same(new Set(await bucket.versions('x/')), new Set(others));
    t.same(await bucket.versions('y/'), []);
    t.same(await bucket.versions('none'), [], 'no marker of what was never there');
  });

  await t.test(
    'a key that may not list versions, or not delete them: it goes, and that is told',
    async (t) => {
      for (const right of ['s3:ListBucketVersions', 's3:DeleteObjectVersion']) {
        const bucket = await versionedBucket(environment, { versions: 'Enabled' });
        const s3 = await proxyTo(t, bucket.config.s3.endpoint);
        let isDenied = true;
        const seen = { isDelete: false };
        s3.misbehave((request) => {
          if (!isDenied) return undefined;
          if (right === 's3:ListBucketVersions')
            return /^GET .*[?&]versions/.test(request) ? { status: 403, body: denied } : undefined;
          // What follows a list of versions deletes some.
          if (/^GET .*[?&]versions/.test(request)) seen.isDelete = true;
          else if (seen.isDelete && /^POST .*\?delete/.test(request)) {
            seen.isDelete = false;
            return { status: 403, body: denied };
          }
          return undefined;
        });
        const storage = createStorage(configBy(bucket.config, environment, s3.url).s3);
        t.teardown(() => storage.close());
        await storage.putEmpty('a');
        await storage.deleteMany(['a']);
        t.equal((await storage.head('a')).status, 404, right);
        t.match(storage.notices(), [new RegExp(`bytes stay in the bucket.*${right} is needed`)]);
        t.same(await bucket.versions('a'), ['a', 'a'], 'the object, and its marker');
        await t.resolves(storage.check(0), 'that is no reason not to be ready');
        await storage.deleteMany(['a']);
        if (right === 's3:DeleteObjectVersion')
          t.equal((await bucket.versions('a')).length, 2, 'no marker on a marker');
        isDenied = false;
        await storage.deleteMany(['a']);
        t.same(await bucket.versions('a'), []);
        t.same(storage.notices(), []);
      }
    },
  );

  await t.test('objects are locked: recordings are made and go, and what stays is told', async (t) => {
    const bucket = await versionedBucket(environment, { isLocked: true });
    const { config } = bucket;
    const { name, end } = await madeRecording(t, bucket);
    t.match(end, { status: 'ready' });
    const { trpc, url } = await serve(t, config);
    await until('it to be listed', async () => (await trpc.recordings.list.query()).recordings.length === 1);
    t.same(await trpc.recordings.delete.mutate({ name }), { name });
    t.same((await trpc.recordings.list.query()).recordings, []);
    t.equal((await fetch(`${url}/recordings/${encodeURIComponent(name)}`)).status, 404);
    t.match((await trpc.system.status.query()).notices, [/locks objects.*bytes stay in the bucket/]);
    t.equal((await fetch(`${url}/readyz`)).status, 200);
  });
});

t.test('a bucket without versions is asked once an hour, and nothing else costs more', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const asked: string[] = [];
  const config = testConfig({ S3_ENDPOINT: s3.url });
  await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
  s3.misbehave((request) => {
    asked.push(request);
    return undefined;
  });
  const storage = createStorage(config.s3);
  t.teardown(() => storage.close());
  for (const key of ['a', 'b', 'c']) await storage.putEmpty(key);
  await storage.deleteMany(['a']);
  await storage.delete('b');
  await storage.deleteReplaced('c');
  await storage.deleteMany(['c']);
  t.same(
    asked.map((request) => request.replace(`/${config.s3.bucket}`, '').replace(/[?&]x-id=\w+/, '')),
    ['PUT /a', 'PUT /b', 'PUT /c', 'GET /?versioning=', 'POST /?delete=', 'DELETE /b', 'POST /?delete='],
  );
});

t.test(
  'a bucket that locks objects and keeps no versions',
  { skip: isMinio && 'MinIO has none' },
  async (t) => {
    const bucket = await versionedBucket({}, { isLocked: true });
    const { config } = bucket;
    const { name, recording, end, library, index, storage } = await madeRecording(t, bucket, {
      isReplaced: false,
    });

    await t.test('a recording is ready, though its manifest cannot be replaced', async (t) => {
      t.match(end, { status: 'ready' });
      t.match(await library.ensureListed(name), 'ready');
      const { rows } = libraryProcess(t, config);
      t.match(await rows(), [{ name, status: 'ready', endedBy: 'stop' }]);
      // Another process hears of the same end.
      await t.resolves(library.describe(recording));
    });

    await t.test('to rename or to delete it is refused, with a sentence', async (t) => {
      const { trpc, url } = await serve(t, config);
      await until('the index to be built', async () => !(await trpc.recordings.list.query()).indexing);
      const locked = { message: /has locked this/, data: { errorCode: 'RECORDING_LOCKED', httpStatus: 409 } };
      t.match(await failure(trpc.recordings.rename.mutate({ name, title: 'x' })), locked);
      t.match(await failure(trpc.recordings.delete.mutate({ name })), locked);
      const rest = await fetch(`${url}/recordings/${encodeURIComponent(name)}`, { method: 'DELETE' });
      t.equal(rest.status, 409);
      t.match(await rest.json(), { code: 'RECORDING_LOCKED', errorMessage: /has locked this/ });
      t.match(await trpc.recordings.get.query({ name }), { name, status: 'ready' });
    });

    await t.test('the order is tried ever less often', async (t) => {
      const { path } = config.recordings;
      const deletions = createDeletionJournal({
        storage,
        index,
        tombstones: { put: async () => undefined },
        path,
      });
      let tries = 0;
      const upkeep = createResumeDeletions({
        deletions: {
          ...deletions,
          resume: (order, onGone) => deletions.resume(order, onGone).finally(() => (tries += 1)),
        },
        onGone: async () => t.fail('it is not deleted'),
      });
      const orders = (await deletions.pending()).length;
      t.ok(orders > 0);
      for (let i = 0; i < 6; i += 1) await upkeep.run().catch(() => undefined);
      t.equal(tries, orders);
      t.notOk(upkeep.hasPending());
    });
  },
);
