import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { openRoom, serve } from '../support/build.ts';
import { failure } from '../support/failure.ts';
import { startOwnStack } from '../support/own-stack.ts';
import {
  ffprobe,
  handlerOf,
  recordAgain,
  shownStatus,
  startRecording,
  untilEnded,
  untilShown,
} from '../support/recording.ts';

t.setTimeout(240_000);

/** Kills the process that makes a recording, if it has not gone with the service that started it. */
function endHandler(egressId: string): void {
  try {
    process.kill(handlerOf(egressId), 'SIGKILL');
  } catch {
    // It has.
  }
}

t.test(
  'the machine of the recorder is gone, while it records one room and starts with another',
  async (t) => {
    const stack = await startOwnStack(t);
    const { config } = stack;
    const { trpc, url } = await serve(t, config);
    const { name: roomName } = await openRoom(t, config);
    const { name, id } = await startRecording(trpc, roomName);
    const { recordingSince = 0 } = await untilShown(config, roomName, 'recording');
    // What is recorded has to have a length.
    await sleep(9_000);

    const { name: startingIn } = await openRoom(t, config);
    const { id: startingId } = await startRecording(trpc, startingIn);
    await stack.kill('egress');
    for (const egressId of [id, startingId]) endHandler(egressId);
    const killed = Date.now();
    t.match(await failure(trpc.recordings.stop.mutate({ roomName })), {
      data: { httpStatus: 503, errorCode: 'RECORDER_NOT_RESPONDING' },
    });
    t.match(await untilShown(config, roomName, ['ready', 'failed'], 45_000), { name, status: 'ready' });
    t.comment(`told after ${Date.now() - killed} ms`);
    await untilShown(config, startingIn, 'failed', 60_000);
    t.comment(`the room whose recording was starting is free after ${Date.now() - killed} ms`);
    t.match(await failure(trpc.recordings.start.mutate({ roomName: startingIn })), {
      data: { errorCode: 'NO_RECORDER' },
    });
    t.match(await untilEnded(trpc, name), { status: 'ready', endedBy: 'recovered' });
    const { duration } = await ffprobe(`${url}/recordings/${encodeURIComponent(name)}`);
    t.ok(killed - recordingSince - duration * 1000 < 8_500, `${duration} s: at most two segments are lost`);

    // LiveKit goes on to call it active.
    const other = await serve(t, { ...config, port: 0 });
    t.match(await failure(other.trpc.recordings.stop.mutate({ roomName })), {
      data: { errorCode: 'RECORDING_NOT_STARTED' },
    });
    t.equal((await shownStatus(config, roomName))?.status, 'ready', 'the next app process is not misled');

    const asked = Date.now();
    t.match(await failure(trpc.recordings.start.mutate({ roomName })), {
      data: { errorCode: 'NO_RECORDER' },
    });
    t.ok(Date.now() - asked < 5_000, 'a room without a recorder is told so at once');
    await untilShown(config, roomName, 'failed');

    await stack.start('egress');
    await recordAgain(config, trpc, roomName);
  },
);

t.test('the recorder is restarted in mid-recording: what was recorded is whole', async (t) => {
  const stack = await startOwnStack(t);
  const { config } = stack;
  const { trpc, url } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);
  const { name } = await startRecording(trpc, roomName);
  const { recordingSince = 0 } = await untilShown(config, roomName, 'recording');
  const lengthMs = Date.now() - recordingSince;

  await stack.stop('egress');
  await stack.start('egress');
  t.match(await untilEnded(trpc, name, 45_000), { status: 'ready', endedBy: 'recorder-shutdown' });
  const { duration } = await ffprobe(`${url}/recordings/${encodeURIComponent(name)}`);
  t.ok(duration * 1000 > lengthMs - 1_000, `nothing is missing: ${duration} s of ${lengthMs} ms`);
  await recordAgain(config, trpc, roomName);
});
