import { setTimeout as sleep } from 'node:timers/promises';
import { parseRoomState, type RecordingStatus, type RoomState, type RoomStatus } from '@reelroom/shared';
import t, { type Test } from 'tap';
import { createRoomStatus } from '../features/rooms/status.ts';
import { egressFiles } from '../bucket/layout.ts';
import { createLivekit } from '../adapters/livekit/livekit.ts';
import { freePort, livekitClients, openRoom, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { recordedLog, silentLog } from './support/log.ts';

const recording = (status: RecordingStatus, id = 'EG_1'): RoomStatus => ({
  id,
  name: 'a-RM_1-1.mp4',
  status,
});

/** What a room is shown of a recording of ours. */
const ours = (...args: Parameters<typeof recording>): RoomState => ({
  recording: recording(...args),
  recordingFor: 'ours',
});

const waits: RoomState = { autoRecord: true, autoRecordFor: 'ours' };

/** A room, its writer, what those outside were told, and what LiveKit holds; a write takes `writeMs` or more. */
async function writerOf(t: Test, writeMs = 0) {
  const config = testConfig();
  const { name: roomName } = await openRoom(t, config);
  const { rooms } = livekitClients(config);
  const told: RoomState[] = [];
  const livekit = createLivekit(config, {
    ownUrl: () => config.appUrl,
    files: egressFiles(config.recordings.path),
  });
  const writer = createRoomStatus({
    livekit: {
      ...livekit,
      async setRoomMetadata(...args) {
        await sleep(writeMs);
        await livekit.setRoomMetadata(...args);
      },
    },
    libraryId: 'ours',
    onChange: (_, state) => told.push(state),
    log: silentLog,
  });
  const metadata = async () => (await rooms.listRooms([roomName]))[0]?.metadata;
  return { roomName, rooms, told, writer, metadata, shown: async () => parseRoomState(await metadata()) };
}

t.test('a room waits until a recording has begun', async (t) => {
  const { roomName, told, writer, shown } = await writerOf(t);
  await writer.waitForSecond(roomName);
  for (const status of ['starting', 'failed'] as const) {
    await writer.publish(roomName, recording(status, ''));
    t.same(await shown(), { ...ours(status, ''), ...waits }, status);
  }
  await writer.publish(roomName, recording('recording'));
  t.same(await writer.read(roomName), ours('recording'));
  t.equal((await shown()).autoRecord, undefined);
  t.same(
    told.map(({ autoRecord = false }) => autoRecord),
    [true, true, true, false],
  );
});

t.test('the end of an earlier recording does not end the wait for the next', async (t) => {
  const { roomName, writer, shown } = await writerOf(t);
  await writer.publish(roomName, recording('stopping'));
  await writer.waitForSecond(roomName);
  await writer.publish(roomName, recording('ready'));
  t.same(await shown(), { ...ours('ready'), ...waits });
  await writer.publish(roomName, recording('stopping', 'EG_2'));
  t.equal((await shown()).autoRecord, undefined, 'stopped before it was seen to record');
});

t.test('a room that waits for another library goes on to', async (t) => {
  const { roomName, rooms, told, writer, shown } = await writerOf(t);
  const theirs: RoomState = { autoRecord: true, autoRecordFor: 'theirs' };
  await rooms.updateRoomMetadata(roomName, JSON.stringify({ reelroom: theirs }));
  await writer.waitForSecond(roomName);
  t.same(await shown(), theirs);
  t.same(told, []);
});

t.test('whatever is written at once, nothing is lost', async (t) => {
  const { roomName, rooms, writer, metadata } = await writerOf(t, 50);
  await rooms.updateRoomMetadata(roomName, '{"theirs":1}');
  await Promise.all([
    ...Array.from({ length: 20 }, () => writer.waitForSecond(roomName)),
    ...Array.from({ length: 20 }, (_, n) => writer.publish(roomName, recording('starting', `EG_${n}`))),
    writer.waitForSecond(roomName),
  ]);
  t.same(JSON.parse((await metadata()) ?? ''), {
    theirs: 1,
    reelroom: { ...ours('starting', 'EG_19'), ...waits },
  });
});

t.test(
  'LiveKit is away: a status that is not shown is logged, a wait that is not noted is an error',
  async (t) => {
    const config = testConfig({ LIVEKIT_URL: `http://127.0.0.1:${await freePort()}` });
    const { log, lines } = recordedLog();
    const told: RoomState[] = [];
    const writer = createRoomStatus({
      livekit: createLivekit(config, {
        ownUrl: () => config.appUrl,
        files: egressFiles(config.recordings.path),
      }),
      libraryId: 'ours',
      onChange: (_, state) => told.push(state),
      log,
    });
    t.match(await failure(writer.waitForSecond('a')), { code: 'LIVEKIT_UNAVAILABLE' });
    await writer.publish('a', recording('recording'));
    t.same(lines, ["warn: the room's recording status could not be written"]);
    t.same(told, [ours('recording')]);
  },
);
