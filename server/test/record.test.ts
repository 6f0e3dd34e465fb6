import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { isFaststart, topBoxes } from '../features/media/moov-first.ts';
import { livekitClients, openRoom, serve } from './support/build.ts';
import { failure } from './support/failure.ts';
import { ffprobe, untilShown } from './support/recording.ts';
import { until } from './support/until.ts';

t.test('a recording over tRPC, from start to deletion', async (t) => {
  const { trpc, url, config } = await serve(t);
  const { name: roomName, sid } = await openRoom(t, config);

  const recording = await trpc.recordings.start.mutate({ roomName });
  t.match(recording, { roomName, roomId: sid, status: 'starting', size: 0 });
  t.ok(recording.name.startsWith(`${roomName}-${sid}-`));
  t.ok(Math.abs(recording.startedAt - Date.now()) < 5_000, 'ms since 1970');

  const shown = await untilShown(config, roomName, 'recording');
  t.match(shown, { id: recording.id, name: recording.name, recordingSince: Number });
  t.match(await failure(trpc.recordings.start.mutate({ roomName })), {
    message: 'Recording already started for this room',
    data: { code: 'CONFLICT', errorCode: 'RECORDING_ALREADY_STARTED' },
  });

  t.match(await trpc.recordings.list.query({ search: roomName.toUpperCase() }), {
    live: [{ name: recording.name, status: 'recording' }],
    recordings: [],
  });
  t.match(await trpc.recordings.list.query({ roomName: 'another' }), { live: [], recordings: [] });

  // What is recorded has to have a length.
  await sleep(3_000);
  const stopped = await trpc.recordings.stop.mutate({ roomName });
  t.match(stopped, { name: recording.name, status: 'stopping' });
  const length = (Date.now() - (shown.recordingSince ?? 0)) / 1000;

  const [listed] = await until('the recording in the list', async () => {
    const { recordings } = await trpc.recordings.list.query({ roomName });
    return recordings.some(({ durationMs }) => durationMs !== undefined) && recordings;
  });
  t.match(listed, {
    id: recording.id,
    name: recording.name,
    status: 'ready',
    startedAt: recording.startedAt,
  });
  t.same(await trpc.recordings.get.query({ name: recording.name }), listed);
  await untilShown(config, roomName, 'ready');

  const video = await ffprobe(`${url}/recordings/${encodeURIComponent(recording.name)}`);
  t.same(video.codecs, ['aac', 'h264']);
  t.ok(Math.abs(video.duration - length) < 1.5, `${video.duration} s of ${length} s`);
  t.ok(
    Math.abs(video.duration - (listed?.durationMs ?? 0) / 1000) < 0.1,
    `${listed?.durationMs} ms are told of ${video.duration} s`,
  );
  const file = await (await fetch(`${url}/recordings/${encodeURIComponent(recording.name)}`)).arrayBuffer();
  t.ok(
    isFaststart(topBoxes(Buffer.from(file), 0, file.byteLength)),
    'players need not ask for its end first',
  );
  t.equal(file.byteLength, listed?.size);

  const track = await fetch(`${url}/thumbs/${encodeURIComponent(recording.name)}/index.vtt`);
  t.match(await track.text(), /^00:00:00\.000 --> .*\nt_00000\.jpeg#xywh=0,0,640,360$/m);

  t.match(await failure(trpc.recordings.stop.mutate({ roomName })), {
    message: 'Recording not started for this room',
    data: { code: 'CONFLICT', errorCode: 'RECORDING_NOT_STARTED' },
  });
  await trpc.recordings.delete.mutate({ name: recording.name });
  t.same(await trpc.recordings.list.query({ roomName }), { live: [], recordings: [] });
});

t.test("the same over the seed's REST", async (t) => {
  const { url, post, config } = await serve(t);
  const { name: roomName } = await openRoom(t, config);
  const json = async (response: Response) => ({
    status: response.status,
    body: Object(await response.json()),
  });

  const { status, body } = await json(await post('/recordings/start', { roomName }));
  t.equal(status, 200);
  t.match(body, { message: 'Recording started', recording: { name: /\.mp4$/, startedAt: Number } });
  t.match(await json(await post('/recordings/start', { roomName })), {
    status: 409,
    body: { errorMessage: 'Recording already started for this room', code: 'RECORDING_ALREADY_STARTED' },
  });
  await untilShown(config, roomName, 'recording');

  const { name } = body.recording;
  const both = await Promise.all([
    post('/recordings/stop', { roomName }),
    post('/recordings/stop', { roomName }),
  ]);
  for (const response of both)
    t.match(await json(response), {
      status: 200,
      body: { message: 'Recording stopped', recording: { name, startedAt: Number, size: Number } },
    });

  const listing = `${url}/recordings?${new URLSearchParams({ roomName })}`;
  await until(
    'the recording in the list',
    async () => (await json(await fetch(listing))).body.recordings.length === 1,
  );
  const recording = `${url}/recordings/${encodeURIComponent(name)}`;
  t.equal((await fetch(recording, { headers: { range: 'bytes=0-99' } })).status, 206);
  t.match(await json(await fetch(recording, { method: 'DELETE' })), {
    status: 200,
    body: { message: 'Recording deleted' },
  });
  t.match(await json(await fetch(listing)), { body: { recordings: [] } });
  t.match(await json(await post('/recordings/stop', { roomName })), {
    status: 409,
    body: { errorMessage: 'Recording not started for this room', code: 'RECORDING_NOT_STARTED' },
  });
});

t.test('twenty starts at once: one recording', async (t) => {
  const { trpc, config } = await serve(t);
  const { name: roomName } = await openRoom(t, config);

  const starts = await Promise.allSettled(
    Array.from({ length: 20 }, () => trpc.recordings.start.mutate({ roomName })),
  );
  t.equal(starts.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const start of starts)
    if (start.status === 'rejected')
      t.match(start.reason, { data: { errorCode: 'RECORDING_ALREADY_STARTED' } });
  t.equal((await livekitClients(config).egress.listEgress({ roomName })).length, 1, 'as LiveKit sees it');

  await trpc.recordings.stop.mutate({ roomName });
  await untilShown(config, roomName, ['ready', 'failed']);
});

t.test('a room that is not open cannot be recorded', async (t) => {
  const { trpc, post } = await serve(t);
  t.match(await failure(trpc.recordings.start.mutate({ roomName: 'nobody here' })), {
    data: { code: 'NOT_FOUND', errorCode: 'ROOM_NOT_FOUND' },
  });
  t.equal((await post('/recordings/start', { roomName: 'nobody here' })).status, 404);
  t.match(await (await post('/recordings/start', {})).json(), { errorMessage: 'roomName is required' });
});
