import t from 'tap';
import { freePort, livekitClients, openRoom, serve, testConfig } from './support/build.ts';
import { untilShown } from './support/recording.ts';
import { until } from './support/until.ts';

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
  const deleted = await first.trpc.recordings.start.mutate({ roomName });
  await untilShown(config, roomName, 'recording');
  await first.trpc.recordings.stop.mutate({ roomName });
  await untilShown(config, roomName, 'ready');
  await first.trpc.recordings.delete.mutate({ name: deleted.name });

  const { name } = await first.trpc.recordings.start.mutate({ roomName });
  await untilShown(config, roomName, 'recording');
  await first.app.close();

  const second = await serve(t, config);
  t.match(await second.trpc.recordings.stop.mutate({ roomName }), { name, status: 'stopping' });
  await untilShown(config, roomName, 'ready');
  await until('the recording in the list', async () =>
    (await second.trpc.recordings.list.query({ roomName })).recordings.some(({ endedBy }) => endedBy),
  );
  const { recordings } = await second.trpc.recordings.list.query();
  t.same(
    recordings.map((recording) => recording.name),
    [name],
    'what was deleted does not come back, though LiveKit remembers it',
  );
});
