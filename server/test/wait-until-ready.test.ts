import { setTimeout as sleep } from 'node:timers/promises';
import { createReelroomClient } from '@reelroom/sdk';
import t from 'tap';
import { bucketOf, openRoom, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { startRecording, untilShown } from './support/recording.ts';
import { until } from './support/until.ts';

t.test('the wait ends with the recording, over a restart of the app', async (t) => {
  const config = testConfig();
  const bucket = await bucketOf(config);
  const { app, url, trpc } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);
  const { waitUntilReady } = createReelroomClient({ url });
  const { name } = await startRecording(trpc, roomName);
  // A file is there before all that is done with it is done.
  await bucket.put(config.recordings.path + name, 'the beginning of it');

  const leaving = new AbortController();
  const left = failure(waitUntilReady(name, { signal: leaving.signal }));
  const all = Promise.all([
    waitUntilReady(name),
    // With headers it hears by another way than the rest of the web.
    createReelroomClient({ url, headers: { 'x-any': 'thing' } }).waitUntilReady(name),
  ]);
  await untilShown(config, roomName, 'recording');
  await app.close();
  // Nobody tells anything now: it is the signal alone that ends it.
  const reason = new Error('enough');
  leaving.abort(reason);
  const told = await until('whoever leaves to be told', () => Promise.race([left, sleep(100)]), 5_000);
  t.equal(told, reason, 'who does not want to wait any more is told why');

  const { trpc: again } = await serve(t, config);
  await again.recordings.stop.mutate({ roomName });
  const [recording, same] = await all;
  t.match(recording, { name, status: 'ready', endedBy: 'stop' });
  t.same(same, recording);
  t.same(recording, await again.recordings.get.query({ name }), 'all is described');
  t.same(await waitUntilReady(name), recording, 'what has ended needs no wait');

  await again.recordings.delete.mutate({ name });
  t.match(await failure(waitUntilReady(name)), { data: { errorCode: 'RECORDING_NOT_FOUND' } });
});

t.test('the wait ends when the recording has failed, also one that was nowhere for a moment', async (t) => {
  const config = testConfig();
  const bucket = await bucketOf(config);
  const url = `http://127.0.0.1:${config.port}`;
  const name = 'a-RM_1-2026-01-31T101530000.mp4';
  let asked = 0;
  const headers = () => ({ 'x-any': String((asked += 1)) });
  const waiting = failure(createReelroomClient({ url, headers }).waitUntilReady(name));
  await until('it to have asked where nobody is yet', async () => asked > 0);
  await serve(t, config);
  asked = 0;
  // More than one look (the list, the recording, whether anything is hidden), and that it listens.
  await until('it to have been nowhere', async () => asked > 5);
  const manifest = {
    ...{ egress_id: 'EG_1', room_id: 'RM_1', room_name: 'a', started_at: 1 },
    reelroom: {
      ...{ id: 'EG_1', name, roomName: 'a', roomId: 'RM_1', startedAt: 1, size: 0 },
      ...{ status: 'failed', failure: 'NOT_BEGUN', error: 'It did not begin.' },
    },
  };
  await bucket.put(`${config.recordings.path}${name}.json`, JSON.stringify(manifest));
  t.match(await waiting, {
    ...{ name: 'RecordingFailedError', message: 'It did not begin.' },
    recording: { name, status: 'failed', failure: 'NOT_BEGUN' },
  });
});
