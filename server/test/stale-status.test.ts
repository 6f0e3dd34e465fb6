import { parseRoomState, recordingName } from '@reelroom/shared';
import t from 'tap';
import { livekitClients, openRoom, serve, testConfig } from './support/build.ts';
import { until } from './support/until.ts';

t.setTimeout(120_000);

t.test('a status is put right by the library that it is of, and by any where it does not say', async (t) => {
  const config = testConfig();
  const { rooms } = livekitClients(config);
  const { post } = await serve(t, config);
  const shownIn = async (roomName: string) =>
    parseRoomState((await rooms.listRooms([roomName]))[0]?.metadata).recording?.status;

  // Rooms say for which library they wait.
  const { name: waiting } = await openRoom(t, config);
  t.ok((await post('/token', { roomName: waiting, participantName: 'Ana', autoRecord: true })).ok);
  const { autoRecordFor: us } = parseRoomState((await rooms.listRooms([waiting]))[0]?.metadata);
  t.type(us, 'string');

  /** A room that is shown a recording as starting of which nobody knows. */
  async function roomShown(whose: { recordingFor?: unknown }) {
    const room = await openRoom(t, config);
    const name = recordingName({ name: room.name, id: room.sid }, Date.now());
    const recording = { id: '', name, status: 'starting' };
    await rooms.updateRoomMetadata(room.name, JSON.stringify({ reelroom: { recording, ...whose } }));
    return room.name;
  }
  const theirs = await roomShown({ recordingFor: 'another' });
  const [ours, older, strange] = [
    await roomShown({ recordingFor: us }),
    await roomShown({}),
    await roomShown({ recordingFor: 5 }),
  ];
  for (const roomName of [ours, older, strange])
    await until('it to be put right', async () => (await shownIn(roomName)) === 'failed', 45_000);
  t.equal(await shownIn(theirs), 'starting', 'the other library alone can know');
});
