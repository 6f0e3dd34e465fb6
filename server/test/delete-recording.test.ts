import type { Recording } from '@reelroom/shared';
import t from 'tap';
import { bucketOf, buildServices, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { until } from './support/until.ts';

t.test('deleting a recording', async (t) => {
  const config = testConfig();
  const { put, keys } = await bucketOf(config);
  const add = async (name: string) => {
    await put(`recordings/${name}`, 'media');
    await put(
      `recordings/${name}.json`,
      JSON.stringify({ egress_id: 'E', room_id: 'RM_1', room_name: 'a', started_at: 1 }),
    );
  };
  const { trpc, url } = await serve(t, config);
  // Else what is added now may be entered half: its media without its manifest.
  await until('the index to be built', async () => !(await trpc.recordings.list.query()).indexing);
  const name = 'Équipe "A" 🎥 50 %-RM_1-t.mp4';
  const rest = (path: string) => fetch(`${url}/recordings/${path}`, { method: 'DELETE' });

  await t.test('REST: gone with its manifest, and not found the second time', async (t) => {
    await add(name);
    // The seed's front end says JSON whatever it sends.
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/recordings/${encodeURIComponent(name)}`, {
      method: 'DELETE',
      headers,
    });
    t.equal(response.status, 200);
    t.same(await response.json(), { message: 'Recording deleted' });
    t.same(await keys(), []);
    const again = await rest(encodeURIComponent(name));
    t.equal(again.status, 404);
    t.same(await again.json(), { errorMessage: 'Recording not found', code: 'RECORDING_NOT_FOUND' });
  });

  await t.test('tRPC', async (t) => {
    await add(name);
    t.same(await trpc.recordings.delete.mutate({ name }), { name });
    t.same(await keys(), []);
    t.match(await failure(trpc.recordings.delete.mutate({ name })), {
      data: { errorCode: 'RECORDING_NOT_FOUND' },
    });
  });

  await t.test('nothing but a recording in the folder can be deleted', async (t) => {
    await put('precious.mp4', 'x');
    await put('recordings/sub/precious.mp4', 'x');
    await add('kept.mp4');
    for (const path of [
      '..%2Fprecious.mp4',
      '%2e%2e%2fprecious.mp4',
      'sub%2Fprecious.mp4',
      'sub/precious.mp4',
      'kept.mp4.json',
      '',
      '%00.mp4',
    ])
      t.equal((await rest(path)).status, 404, path);
    t.same(await keys(), [
      'precious.mp4',
      'recordings/kept.mp4',
      'recordings/kept.mp4.json',
      'recordings/sub/precious.mp4',
    ]);
  });
});

t.test('deleting what an S3 server is difficult about', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { put, keys } = await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
  const { trpc, url } = await serve(t, config);
  await until('the index to be built', async () => !(await trpc.recordings.list.query()).indexing);
  const { library } = await buildServices(t, config);
  const recording: Recording = {
    ...{ id: 'EG_1', name: 'r-RM_1-2026-01-31T120000000.mp4', roomName: 'r', roomId: 'RM_1' },
    ...{ startedAt: Date.UTC(2026, 0, 31, 12), size: 5, status: 'ready', endedBy: 'stop' },
  };
  const { name } = recording;
  const add = async () => {
    s3.comeBack();
    await put(`recordings/${name}`, 'media');
    await library.describe(recording);
    await put(`recordings/.reelroom/thumbs/${name.slice(0, -4)}/t_00000.jpeg`, 'x');
  };
  const rest = () => fetch(`${url}/recordings/${encodeURIComponent(name)}`, { method: 'DELETE' });
  const isMany = (request: string) => /^POST .*\?delete/.test(request);
  const error = (code: string) => `<Error><Code>${code}</Code><Message>No</Message></Error>`;

  await t.test('full: it is deleted all the same', async (t) => {
    await add();
    const full = { status: 507, body: error('XMinioStorageFull') };
    s3.misbehave((request) => (request.startsWith('PUT') ? full : undefined));
    t.equal((await rest()).status, 200);
    t.same(await keys(), []);
  });

  await t.test('DeleteObjects wants a Content-MD5, which it has', async (t) => {
    await add();
    s3.misbehave((request, _n, headers) =>
      isMany(request) && !headers['content-md5']
        ? { status: 400, body: error('MissingContentMD5') }
        : undefined,
    );
    t.equal((await rest()).status, 200);
    t.same(await keys(), []);
    t.notOk(
      s3.requests.some((request) => /^DELETE .*\.mp4$/.test(request)),
      'all with one request',
    );
  });

  await t.test('it knows no DeleteObjects: one by one', async (t) => {
    await add();
    s3.misbehave((request) => (isMany(request) ? { status: 501, body: error('NotImplemented') } : undefined));
    t.equal((await rest()).status, 200);
    t.same(await keys(), []);
  });

  await t.test('it refuses: the answer says what, and the recording is there', async (t) => {
    await add();
    s3.misbehave((request) => (isMany(request) ? { status: 403, body: error('AccessDenied') } : undefined));
    const refused = await rest();
    t.equal(refused.status, 503);
    t.match(await refused.json(), { code: 'STORAGE_REFUSED', errorMessage: /refuses this/ });
    // Of each object, as AWS does.
    const each = `<DeleteResult>${(await keys())
      .map((key) => `<Error><Key>${key}</Key><Code>AccessDenied</Code></Error>`)
      .join('')}</DeleteResult>`;
    s3.misbehave((request) => (isMany(request) ? { status: 200, body: each } : undefined));
    t.match(await trpc.recordings.deleteMany.mutate({ names: [name] }), {
      results: [{ name, error: { code: 'STORAGE_REFUSED', message: /refuses this/ } }],
    });
    s3.comeBack();
    t.match(await trpc.recordings.get.query({ name }), { name, endedBy: 'stop' });
    t.equal((await rest()).status, 200);
  });
});

t.test('an order to delete that this version cannot read stays for the one that can', async (t) => {
  const config = testConfig();
  const { put, keys } = await bucketOf(config);
  const order = 'recordings/.reelroom/deleting/newer.json';
  for (const text of ['{"recordings":[{"path":"x"}]}', '{"version":2}', 'x']) {
    await put(order, text);
    const { sweep } = await buildServices(t, config);
    await sweep();
    await sweep();
    t.same(await keys(), [order], text);
  }
});
