import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { livekitClients, openRoom, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { shownStatus, untilShown } from './support/recording.ts';
import { until } from './support/until.ts';

const quality = '480p';

t.test('a recording ends when it is as long as it may be', async (t) => {
  const usual = testConfig();
  const config = { ...usual, recordings: { ...usual.recordings, maxMinutes: 3 / 60 } };
  const { trpc } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);
  const { name } = await trpc.recordings.start.mutate({ roomName, quality });
  const { recordingSince = 0, endsAt } = await untilShown(config, roomName, 'recording');
  t.equal(endsAt, recordingSince + 3_000, 'the room knows it beforehand');
  await untilShown(config, roomName, 'ready');
  t.match(await trpc.recordings.get.query({ name }), { status: 'ready', endedBy: 'limit' });
});

t.test('a recording ends when its room is closed', async (t) => {
  const config = testConfig();
  const { trpc } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);
  const { name } = await trpc.recordings.start.mutate({ roomName, quality });
  await untilShown(config, roomName, 'recording');
  // What is recorded has to have a length.
  await sleep(1_000);
  await livekitClients(config).rooms.deleteRoom(roomName);
  const recording = await until('the recording in the list', () =>
    trpc.recordings.get.query({ name }).then(
      (found) => found.endedBy !== undefined && found,
      () => undefined,
    ),
  );
  t.match(recording, { status: 'ready', endedBy: 'room-closed' });
});

t.test('no more recordings at once than there may be', async (t) => {
  const usual = testConfig();
  const config = { ...usual, recordings: { ...usual.recordings, maxConcurrent: 1 } };
  const { trpc, post } = await serve(t, config);
  const first = await openRoom(t, config);
  const second = await openRoom(t, config);
  await trpc.recordings.start.mutate({ roomName: first.name, quality });
  t.match(await failure(trpc.recordings.start.mutate({ roomName: second.name, quality })), {
    message: /at most \d+ recordings at once/,
    data: { code: 'SERVICE_UNAVAILABLE', errorCode: 'TOO_MANY_RECORDINGS' },
  });
  t.match(await (await post('/recordings/start', { roomName: first.name })).json(), {
    code: 'RECORDING_ALREADY_STARTED',
  });
  await untilShown(config, first.name, 'recording');
  await trpc.recordings.stop.mutate({ roomName: first.name });
  await untilShown(config, first.name, ['ready', 'failed']);
});

t.test('sound alone, of somebody who is left alone; and what cannot be asked for', async (t) => {
  const usual = testConfig();
  const config = { ...usual, recordings: { ...usual.recordings, aloneMinutes: 2 / 60 } };
  const { trpc, post } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);
  t.match(await failure(trpc.recordings.start.mutate({ roomName, ...JSON.parse('{"quality":"8k"}') })), {
    message: 'quality must be 480p, 720p or 1080p',
  });
  t.match(await (await post('/recordings/start', { roomName, layout: 'circle' })).json(), {
    errorMessage: 'layout must be grid, speaker or single-speaker',
    code: 'INVALID_INPUT',
  });

  const { name } = await trpc.recordings.start.mutate({ roomName, audioOnly: true });
  t.match(await untilShown(config, roomName, 'recording'), { audioOnly: true });
  t.match(await trpc.recordings.list.query({ roomName }), { live: [{ name, audioOnly: true }] });
  await until(
    'the one who is left to be asked',
    async () => (await shownStatus(config, roomName))?.aloneUntil !== undefined,
  );
  await untilShown(config, roomName, 'ready', 40_000);
  const recording = await trpc.recordings.get.query({ name });
  t.match(recording, { status: 'ready', endedBy: 'alone', durationMs: Number });
  t.equal(recording.width, undefined);
});
