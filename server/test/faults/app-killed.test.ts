import { createTRPCClient, httpLink } from '@trpc/client';
import t from 'tap';
import type { AppRouter } from '../../app.ts';
import { freePort, livekitClients, openRoom, serve } from '../support/build.ts';
import { startOwnStack } from '../support/own-stack.ts';
import { recordAgain, shownStatus, startRecording, untilEnded, untilShown } from '../support/recording.ts';
import { until } from '../support/until.ts';

t.setTimeout(300_000);

type Stack = Awaited<ReturnType<typeof startOwnStack>>;

const clientOf = ({ config }: Stack) =>
  createTRPCClient<AppRouter>({ links: [httpLink({ url: `${config.appUrl}/trpc` })] });

const activeIn = ({ config }: Stack, roomName: string) =>
  livekitClients(config).egress.listEgress({ roomName, active: true });

/** Has a recording started, and kills the app in the middle of it. */
async function killWhileAsking(stack: Stack, roomName: string): Promise<void> {
  const starting = clientOf(stack).recordings.start.mutate({ roomName, quality: '480p' });
  const answered = starting.catch(() => undefined);
  await until(
    'the room to be told',
    async () => (await shownStatus(stack.config, roomName))?.status === 'starting',
  );
  await stack.kill('app');
  await answered;
}

t.test('the app is killed', async (t) => {
  const stack = await startOwnStack(t);
  const { config } = stack;
  const trpc = clientOf(stack);
  await stack.start('app');

  await t.test(
    'while a recorder is asked: the room is told how that ended, and can start again',
    async (t) => {
      const { name: roomName } = await openRoom(t, config);
      await killWhileAsking(stack, roomName);
      await stack.start('app');
      // Whether the recorder was asked before the app died is chance.
      const { status } = await untilShown(config, roomName, ['failed', 'recording'], 90_000);
      if (status === 'failed') await startRecording(trpc, roomName);
      await untilShown(config, roomName, 'recording');
      t.equal((await activeIn(stack, roomName)).length, 1);
      const { name } = await trpc.recordings.stop.mutate({ roomName });
      t.match(await untilEnded(trpc, name), { status: 'ready' });
    },
  );

  await t.test('while a recorder begins, whose page is then not there: the room is told', async (t) => {
    const { name: roomName } = await openRoom(t, config);
    await startRecording(trpc, roomName);
    await stack.kill('app');
    await stack.start('app');
    const { status } = await untilShown(config, roomName, ['failed', 'recording'], 90_000);
    if (status === 'failed') await startRecording(trpc, roomName);
    const { name } = await untilShown(config, roomName, 'recording');
    await trpc.recordings.stop.mutate({ roomName });
    t.match(await untilEnded(trpc, name), { status: 'ready', endedBy: 'stop' });
  });

  await t.test('while a recording is made: it goes on, and is stopped by the next one', async (t) => {
    const { name: roomName } = await openRoom(t, config);
    const { name } = await startRecording(trpc, roomName);
    await untilShown(config, roomName, 'recording');
    await stack.kill('app');
    t.equal((await activeIn(stack, roomName)).length, 1);
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
    await until('the recorder to end', async () => (await activeIn(stack, roomName)).length === 0);
    await stack.start('app');
    t.match(await untilEnded(trpc, name), { status: 'ready', endedBy: 'stop' });
    await untilShown(config, roomName, 'ready');
    await recordAgain(config, trpc, roomName);
  });

  await t.test('before its recorder began, and before it told the room of an end', async (t) => {
    const { rooms } = livekitClients(config);
    const { name: roomName, sid } = await openRoom(t, config);
    const shown = (status: string, name: string, id = '') =>
      rooms.updateRoomMetadata(roomName, JSON.stringify({ reelroom: { recording: { id, name, status } } }));
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
  const first = clientOf(stack);
  const port = await freePort();
  const { trpc } = await serve(t, { ...config, port, appUrl: `http://localhost:${port}` });
  const { name: roomName } = await openRoom(t, config);
  const { name } = await startRecording(first, roomName);
  await untilShown(config, roomName, 'recording');
  await stack.kill('app');
  t.match(await trpc.recordings.stop.mutate({ roomName }), { name, status: 'stopping' });
  t.match(await untilEnded(trpc, name), { status: 'ready', endedBy: 'stop' });

  await stack.start('app', { REDIS_URL: redisUrl });
  await killWhileAsking(stack, roomName);
  const killed = Date.now();
  const found = await until('a recording', async () => {
    const shown = await shownStatus(config, roomName);
    if (shown?.status === 'recording') return shown;
    await trpc.recordings.start.mutate({ roomName, quality: '480p' }).catch(() => undefined);
    return undefined;
  });
  t.comment(`a dead owner's lock is in the way for at most 3 s: recording after ${Date.now() - killed} ms`);
  t.equal((await activeIn(stack, roomName)).length, 1);
  await trpc.recordings.stop.mutate({ roomName });
  t.match(await untilEnded(trpc, found.name), { status: 'ready', endedBy: 'stop' });
});
