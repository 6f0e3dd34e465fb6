import t from 'tap';
import { openRoom, serve, testConfig } from './support/build.ts';
import { untilShown } from './support/recording.ts';
import { until } from './support/until.ts';

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
