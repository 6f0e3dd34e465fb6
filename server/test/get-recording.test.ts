import t from 'tap';
import { bucketOf, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';

t.test('one recording', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  const name = 'Équipe "A" 🎥-RM_1-2026-01-31T101530.mp4';
  await put(`recordings/${name}`, 'media');
  await put('secret.mp4', 'secret');
  const { trpc } = await serve(t, config);

  t.match(await trpc.recordings.get.query({ name }), {
    name,
    roomName: 'Équipe "A" 🎥',
    roomId: 'RM_1',
    size: 5,
    status: 'ready',
  });
  t.match(await failure(trpc.recordings.get.query({ name: 'other.mp4' })), {
    message: 'Recording not found',
    data: { code: 'NOT_FOUND', errorCode: 'RECORDING_NOT_FOUND' },
  });
  t.match(await failure(trpc.recordings.get.query({ name: '../secret.mp4' })), {
    message: /no slash/,
    data: { code: 'BAD_REQUEST', errorCode: 'INVALID_INPUT' },
  });
});
