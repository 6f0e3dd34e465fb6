import t, { type Test } from 'tap';
import { openRoom, serve, testConfig } from './support/build.ts';
import { untilShown } from './support/recording.ts';
import { until } from './support/until.ts';

/** Listens to a subscription as a browser's EventSource does; all that was said so far. */
async function listen(t: Test, url: string, path: string, input: object, lastEventId?: string) {
  const leave = new AbortController();
  t.teardown(() => leave.abort());
  const query = new URLSearchParams({ input: JSON.stringify(input) });
  const response = await fetch(`${url}/trpc/${path}?${query}`, {
    headers: { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) },
    signal: leave.signal,
  });
  let said = '';
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) said += decoder.decode(chunk, { stream: true });
  };
  read().catch(() => undefined);
  return {
    leave: () => leave.abort(),
    said: () => said,
    hears: (text: string) => until(text, async () => said.includes(text)),
  };
}

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
