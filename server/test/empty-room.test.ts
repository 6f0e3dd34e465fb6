import { randomUUID } from 'node:crypto';
import t from 'tap';
import { livekitClients, serve, testConfig } from './support/build.ts';
import { joinRoom } from './support/participant.ts';
import { untilShown } from './support/recording.ts';
import { until } from './support/until.ts';

t.test(
  'everyone has left: the room is kept open for as long as it should be, then the recording ends',
  async (t) => {
    const config = testConfig({ EMPTY_ROOM_SECONDS: '2' });
    const { trpc } = await serve(t, config);
    const { rooms } = livekitClients(config);
    const roomName = `empty ${randomUUID()}`;

    const ana = await joinRoom(t, await trpc.tokens.create.mutate({ roomName, participantName: 'Ana' }));
    t.match(await rooms.listRooms([roomName]), [{ departureTimeout: 2 }]);
    const { name } = await trpc.recordings.start.mutate({ roomName, quality: '480p' });
    await untilShown(config, roomName, 'recording');

    await ana.leave();
    const left = Date.now();
    await until('the room to close', async () => (await rooms.listRooms([roomName])).length === 0, 10_000);
    const openFor = Date.now() - left;
    t.ok(openFor > 1_000, `not at once, but after ${openFor} ms`);
    const recording = await until('the recording to end', () =>
      trpc.recordings.get.query({ name }).then(
        (found) => found.endedBy !== undefined && found,
        () => undefined,
      ),
    );
    t.match(recording, { status: 'ready', endedBy: 'room-closed' });
  },
);
