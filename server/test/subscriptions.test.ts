import t from 'tap';
import { openRoom, serve, testConfig } from './support/build.ts';
import { listen } from './support/listen.ts';
import { untilShown } from './support/recording.ts';

t.test('what happens to a recording is told to open pages', async (t) => {
  const config = testConfig();
  const { url, trpc } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);
  const library = await listen(t, url, 'recordings.changes', {});
  const door = await listen(t, url, 'rooms.status', { roomName });
  const elsewhere = await listen(t, url, 'rooms.status', { roomName: 'another' });
  await library.hears('"type":"reset"');
  await door.hears('data: {}');

  const { name } = await trpc.recordings.start.mutate({ roomName, quality: '480p' });
  await door.hears('"status":"starting"');
  await library.hears('"type":"recording-started"');
  await untilShown(config, roomName, 'recording');
  await door.hears('"status":"recording"');
  const late = await listen(t, url, 'rooms.status', { roomName });
  await late.hears('"status":"recording"');

  library.leave();
  const lastId = [...library.said().matchAll(/^id: (.+)$/gm)].at(-1)?.[1];
  await trpc.recordings.stop.mutate({ roomName });
  await door.hears('"status":"ready"');
  const back = await listen(t, url, 'recordings.changes', {}, lastId);
  await back.hears('"type":"recording-ready"');
  t.notMatch(back.said(), '"type":"reset"', 'what was missed is told, and no more');

  await trpc.recordings.delete.mutate({ name });
  await back.hears('"type":"recording-deleted"');
  t.notMatch(elsewhere.said(), roomName);
});
