import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { freePort, livekitClients, openRoom, serve, testConfig } from './support/build.ts';
import { untilShown } from './support/recording.ts';
import { until } from './support/until.ts';

/** The process that makes a recording: it has the egress's id among its arguments. */
function handlerOf(egressId: string): number {
  const pid = readdirSync('/proc').find((name) => {
    try {
      const [program, command, ...rest] = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      return (
        program?.endsWith('egress') && command === 'run-handler' && rest.some((arg) => arg.includes(egressId))
      );
    } catch {
      return false;
    }
  });
  if (!pid) throw new Error(`no process makes ${egressId}`);
  return Number(pid);
}

t.test('no webhook ever arrives: all the same, only seconds later', async (t) => {
  // LiveKit sends them to another port.
  const port = String(await freePort());
  const config = testConfig({ SERVER_PORT: port, APP_URL: `http://localhost:${port}` });
  const { trpc } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);

  const { name, id } = await trpc.recordings.start.mutate({ roomName });
  await untilShown(config, roomName, 'recording');
  // Not through the app, which has to find it out.
  await livekitClients(config).egress.stopEgress(id);
  await untilShown(config, roomName, 'ready');
  t.match(await trpc.recordings.get.query({ name }), { status: 'ready', durationMs: Number });
});

t.test('the app ends in mid-recording, and another takes the recording over', async (t) => {
  const config = testConfig();
  const { name: roomName } = await openRoom(t, config);

  const first = await serve(t, config);
  const { name } = await first.trpc.recordings.start.mutate({ roomName });
  await untilShown(config, roomName, 'recording');
  await first.app.close();

  const second = await serve(t, config);
  t.match(await second.trpc.recordings.stop.mutate({ roomName }), { name, status: 'stopping' });
  await untilShown(config, roomName, 'ready');
  await until('the recording in the list', async () =>
    (await second.trpc.recordings.list.query({ roomName })).recordings.some(
      (recording) => recording.name === name,
    ),
  );
});

t.test('the recorder dies: the room is told, and the next recording works', async (t) => {
  const config = testConfig();
  const { trpc } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);

  const { id } = await trpc.recordings.start.mutate({ roomName });
  await untilShown(config, roomName, 'recording');
  process.kill(handlerOf(id), 'SIGKILL');
  t.match(await untilShown(config, roomName, 'failed'), { error: /could not be finished/ });

  await until(
    'the recorder to be started again',
    async () => {
      const start = await trpc.recordings.start.mutate({ roomName }).catch(() => undefined);
      return start !== undefined;
    },
    60_000,
  );
  await untilShown(config, roomName, 'recording');
  await trpc.recordings.stop.mutate({ roomName });
  await untilShown(config, roomName, 'ready');
});
