import t from 'tap';
import { openRoom, serve } from '../support/build.ts';
import { startOwnStack } from '../support/own-stack.ts';
import {
  ffprobe,
  recordAgain,
  shownStatus,
  startRecording,
  untilEnded,
  untilShown,
} from '../support/recording.ts';
import { until } from '../support/until.ts';

t.setTimeout(240_000);

t.test('Redis is killed and restarted: the recording goes on, and ends as it should', async (t) => {
  const stack = await startOwnStack(t);
  const { config } = stack;
  const { trpc, url } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);
  const { name } = await startRecording(trpc, roomName);
  const { recordingSince = 0 } = await untilShown(config, roomName, 'recording');

  await stack.kill('redis');
  await t.rejects(trpc.recordings.start.mutate({ roomName: 'another' }), 'meanwhile it is told honestly');
  await stack.start('redis');
  await until(
    'LiveKit to know its rooms again',
    async () => (await shownStatus(config, roomName).catch(() => undefined))?.name === name,
  );
  const lengthMs = Date.now() - recordingSince;

  await until('it to be stopped', () => trpc.recordings.stop.mutate({ roomName }).catch(() => undefined));
  t.match(await untilShown(config, roomName, ['ready', 'failed']), {
    name,
    status: 'ready',
    endedBy: 'stop',
  });
  const { duration } = await ffprobe(`${url}/recordings/${encodeURIComponent(name)}`);
  t.ok(duration * 1000 > lengthMs - 1_000, `nothing is missing: ${duration} s of ${lengthMs} ms`);

  await recordAgain(config, trpc, roomName);
});

t.test('Redis loses all that it knew: the recorder ends, and its file is whole', async (t) => {
  const stack = await startOwnStack(t);
  const { config } = stack;
  const { trpc, url } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);
  const { name } = await startRecording(trpc, roomName);
  const { recordingSince = 0 } = await untilShown(config, roomName, 'recording');

  await stack.emptyRedis();
  const lengthMs = Date.now() - recordingSince;
  const forgotten = Date.now();
  const recording = await untilEnded(trpc, name, 45_000);
  t.comment(`told after ${Date.now() - forgotten} ms`);
  t.match(recording, { status: 'ready', endedBy: 'recorder-shutdown' });
  const { duration } = await ffprobe(`${url}/recordings/${encodeURIComponent(name)}`);
  t.ok(duration * 1000 > lengthMs - 1_000, `nothing is missing: ${duration} s of ${lengthMs} ms`);

  // LiveKit has forgotten the room, too: it is there again when somebody comes; and itself, until it
  // says again, every few seconds, where rooms can be.
  await until('LiveKit to open rooms', () => openRoom(t, config, { name: roomName }).catch(() => undefined));
  await recordAgain(config, trpc, roomName);
});
