import t from 'tap';
import { bucketOf, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
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
