import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { parseRoomState } from '@reelroom/shared';
import { AccessToken } from 'livekit-server-sdk';
import t, { type Test } from 'tap';
import { freePort, livekitClients, openRoom, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { joinRoom } from './support/participant.ts';
import { startRedis } from './support/redis.ts';
import { untilShown } from './support/recording.ts';
import { until } from './support/until.ts';

type App = Awaited<ReturnType<typeof serve>>;

/** A room of its own, which people come into through the app. */
function roomOf(t: Test, { trpc, config }: App) {
  const { rooms, egress } = livekitClients(config);
  const roomName = `auto ${randomUUID()}`;
  t.teardown(() => rooms.deleteRoom(roomName).catch(() => undefined));
  return {
    roomName,
    enter: async (participantName: string, autoRecord = false) =>
      joinRoom(t, await trpc.tokens.create.mutate({ roomName, participantName, autoRecord })),
    state: async () => parseRoomState((await rooms.listRooms([roomName]))[0]?.metadata),
    count: async () => (await rooms.listRooms([roomName]))[0]?.numParticipants,
    recordings: async () => (await egress.listEgress({ roomName })).length,
    untilShown: (status: 'recording' | 'ready', deadline?: number) =>
      untilShown(config, roomName, status, deadline),
  };
}

t.test('a room opened so is recorded from the second person on, once', async (t) => {
  const app = await serve(t);
  const { roomName, enter, state, recordings, untilShown } = roomOf(t, app);

  await app.trpc.tokens.create.mutate({ roomName, participantName: 'Ana', autoRecord: true });
  t.match(await state(), { autoRecord: true }, 'those at the door know it before anybody is in');
  await enter('Ana', true);
  const { apiKey, apiSecret } = app.config.livekit;
  const hidden = new AccessToken(apiKey, apiSecret, { identity: 'as a recorder is' });
  hidden.addGrant({ roomJoin: true, room: roomName, hidden: true });
  await joinRoom(t, { token: await hidden.toJwt(), livekitUrl: app.config.livekit.url });
  // The reconciler has looked around by then.
  await sleep(6_000);
  t.equal(await recordings(), 0, 'one person is not enough');

  await Promise.all([enter('Ben'), enter('Cem', true)]);
  await until('a recording', async () => (await recordings()) > 0, 3_000);
  await untilShown('recording');
  const { autoRecord, autoRecordFor } = await state();
  t.same(
    { autoRecord, autoRecordFor },
    { autoRecord: undefined, autoRecordFor: undefined },
    'it waits no more',
  );

  await app.trpc.recordings.stop.mutate({ roomName });
  await untilShown('ready');
  await enter('Dan');
  await enter('Eva', true);
  t.equal((await state()).autoRecord, undefined, 'whoever stopped it is not overruled by whoever comes next');
});

t.test('a recording that was started by hand is one, too', async (t) => {
  const app = await serve(t);
  const { roomName, enter, state, count, recordings, untilShown } = roomOf(t, app);
  const ana = await enter('Ana', true);
  await app.trpc.recordings.start.mutate({ roomName, quality: '480p' });
  await untilShown('recording');
  t.equal((await state()).autoRecord, undefined);
  await app.trpc.recordings.stop.mutate({ roomName });
  await untilShown('ready');
  const ben = await enter('Ben');
  const cem = await enter('Cem', true);
  await sleep(6_000);
  t.equal(await recordings(), 1, 'whoever stopped it is not overruled by whoever comes next');

  await Promise.all([ana, ben, cem].map(({ leave }) => leave()));
  await until('everyone to have left', async () => (await count()) === 0);
  await app.trpc.tokens.create.mutate({ roomName, participantName: 'Dan', autoRecord: true });
  t.equal(
    (await state()).autoRecord,
    true,
    'the next ones can ask for it again, though the room is still open',
  );
});

t.test('two processes, and no webhook: one recording', async (t) => {
  const redis = await startRedis(t);
  // LiveKit sends webhooks to another port.
  const port = String(await freePort());
  const config = testConfig({
    SERVER_PORT: port,
    APP_URL: `http://localhost:${port}`,
    REDIS_URL: redis.url,
  });
  const app = await serve(t, config);
  await serve(t, { ...config, port: 0 });
  const { enter, recordings, untilShown } = roomOf(t, app);
  await enter('Ana', true);
  await enter('Ben');
  // LiveKit's count of people is up to 5 s old, and looked at every 5 s.
  await untilShown('recording', 40_000);
  t.equal(await recordings(), 1);
});

t.test('no recorder is free: it is tried again, and the app goes on', async (t) => {
  const app = await serve(t);
  const { roomName, enter, state, recordings, untilShown } = roomOf(t, app);
  const pid = Number(readFileSync(join(process.env.REELROOM_STACK ?? '', 'run', 'egress.pid'), 'utf8'));
  process.kill(pid, 'SIGSTOP');
  t.teardown(() => process.kill(pid, 'SIGCONT'));

  await enter('Ana', true);
  await enter('Ben');
  await until('the failure', async () => (await state()).recording?.status === 'failed');
  const failed = Date.now();
  t.equal((await state()).autoRecord, true, 'it still waits');
  process.kill(pid, 'SIGCONT');
  await untilShown('recording', 45_000);
  const after = Date.now() - failed;
  t.ok(after > 20_000, `not at once, but after ${after} ms`);
  t.equal((await state()).autoRecord, undefined);
  await app.trpc.recordings.stop.mutate({ roomName });
  t.ok((await recordings()) <= 2, 'the one that was late, if it was, and this one');
});

t.test('what others wrote into the metadata stays', async (t) => {
  const { trpc, config } = await serve(t);
  const { rooms } = livekitClients(config);
  const { name: roomName } = await openRoom(t, config);
  await rooms.updateRoomMetadata(roomName, '{"theirs":1}');
  await trpc.tokens.create.mutate({ roomName, participantName: 'Ana', autoRecord: true });
  const [room] = await rooms.listRooms([roomName]);
  t.match(JSON.parse(room?.metadata ?? ''), { theirs: 1, reelroom: { autoRecord: true } });
});

t.test('what is not true or false is refused', async (t) => {
  const { trpc, post } = await serve(t);
  const who = { roomName: 'a', participantName: 'Ana' };
  const response = await post('/token', { ...who, autoRecord: 'yes' });
  t.equal(response.status, 400);
  t.same(await response.json(), {
    errorMessage: 'autoRecord must be true or false',
    code: 'INVALID_INPUT',
  });
  t.match(await failure(trpc.tokens.create.mutate({ ...who, ...JSON.parse('{"autoRecord":1}') })), {
    message: 'autoRecord must be true or false',
  });
});
