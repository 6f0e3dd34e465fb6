import { createTRPCClient, httpLink } from '@trpc/client';
import t from 'tap';
import type { AppRouter } from '../../app.ts';
import { livekitClients, openRoom, serve } from '../support/build.ts';
import { startOwnStack } from '../support/own-stack.ts';
import { shownStatus, startRecording, untilEnded, untilShown } from '../support/recording.ts';
import { until } from '../support/until.ts';

t.setTimeout(300_000);

t.test('the app is killed', async (t) => {
  const stack = await startOwnStack(t);
  const { config } = stack;
  const trpc = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${config.appUrl}/trpc` })] });
  const { egress } = livekitClients(config);
  const active = (roomName: string) => egress.listEgress({ roomName, active: true });
  await stack.start('app');

  await t.test('while a recording starts: the next one takes it over', async (t) => {
    const { name: roomName } = await openRoom(t, config);
    const starting = trpc.recordings.start.mutate({ roomName, quality: '480p' }).catch(() => undefined);
    await until(
      'the room to be told',
      async () => (await shownStatus(config, roomName))?.status === 'starting',
    );
    await stack.kill('app');
    await starting;
    await stack.start('app');
    const { name } = await untilShown(config, roomName, 'recording', 45_000);
    t.equal((await active(roomName)).length, 1);
    await trpc.recordings.stop.mutate({ roomName });
    t.match(await untilEnded(trpc, name), { status: 'ready' });
  });

  await t.test('while a recording is made: it goes on, and is stopped by the next one', async (t) => {
    const { name: roomName } = await openRoom(t, config);
    const { name } = await startRecording(trpc, roomName);
    await untilShown(config, roomName, 'recording');
    await stack.kill('app');
    t.equal((await active(roomName)).length, 1);
    await stack.start('app');
    t.match(await trpc.recordings.stop.mutate({ roomName }), { name, status: 'stopping' });
    t.match(await untilEnded(trpc, name), { status: 'ready', endedBy: 'stop' });
  });

  await t.test('while a recording stops: the next one sees it through', async (t) => {
    const { name: roomName } = await openRoom(t, config);
    const { name } = await startRecording(trpc, roomName);
    await untilShown(config, roomName, 'recording');
    await trpc.recordings.stop.mutate({ roomName });
    await stack.kill('app');
    await until('the recorder to end', async () => (await active(roomName)).length === 0);
    await stack.start('app');
    t.match(await untilEnded(trpc, name), { status: 'ready', endedBy: 'stop' });
    await untilShown(config, roomName, 'ready');
    await startRecording(trpc, roomName);
    await untilShown(config, roomName, 'recording');
    await trpc.recordings.stop.mutate({ roomName });
    await untilShown(config, roomName, 'ready');
  });

  await t.test('before its recorder began, and before it told the room of an end', async (t) => {
    const { rooms } = livekitClients(config);
    const { name: roomName, sid } = await openRoom(t, config);
    const shown = (status: string, name: string, id = '') =>
      rooms.updateRoomMetadata(roomName, JSON.stringify({ reelroom: { id, name, status } }));
    await shown('starting', `${roomName}-${sid}-2026-01-31T101530000.mp4`);
    await untilShown(config, roomName, 'failed', 45_000);

    const { name, id } = await startRecording(trpc, roomName);
    await untilShown(config, roomName, 'recording');
    await trpc.recordings.stop.mutate({ roomName });
    await untilShown(config, roomName, 'ready');
    await shown('stopping', name, id);
    await untilShown(config, roomName, 'ready', 45_000);
  });
});

t.test('one of two app processes is killed: the other goes on at once', async (t) => {
  const stack = await startOwnStack(t);
  const redisUrl = `redis://127.0.0.1:${stack.redisPort}`;
  const config = { ...stack.config, redisUrl };
  await stack.start('app', { REDIS_URL: redisUrl });
  const first = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${config.appUrl}/trpc` })] });
  const { trpc } = await serve(t, { ...config, port: 0 });
  const { name: roomName } = await openRoom(t, config);
  const { name } = await startRecording(first, roomName);
  await untilShown(config, roomName, 'recording');
  await stack.kill('app');
  t.match(await trpc.recordings.stop.mutate({ roomName }), { name, status: 'stopping' });
  t.match(await untilEnded(trpc, name), { status: 'ready', endedBy: 'stop' });

  await stack.start('app', { REDIS_URL: redisUrl });
  const starting = first.recordings.start.mutate({ roomName, quality: '480p' }).catch(() => undefined);
  await until(
    'the room to be told',
    async () => (await shownStatus(config, roomName))?.status === 'starting',
  );
  await stack.kill('app');
  await starting;
  const recording = await untilShown(config, roomName, 'recording', 45_000);
  t.not(recording.name, name, 'the other has taken it over');
  await trpc.recordings.stop.mutate({ roomName });
  t.match(await untilEnded(trpc, recording.name), { status: 'ready', endedBy: 'stop' });
});
