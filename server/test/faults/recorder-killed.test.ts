import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { bucketOf, openRoom, serve, testConfig } from '../support/build.ts';
import { ffprobe, handlerOf, recordAgain, startRecording, untilShown } from '../support/recording.ts';
import { until } from '../support/until.ts';

// Segments are four seconds long: what is tested here has to have some.
t.setTimeout(240_000);

t.test('the recorder of a recording is killed: it is made whole from its segments', async (t) => {
  const config = testConfig();
  const { keys } = await bucketOf(config);
  const { trpc, url } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);

  const { name, id } = await trpc.recordings.start.mutate({ roomName, quality: '480p' });
  const { recordingSince = 0 } = await untilShown(config, roomName, 'recording');

  const playlist = `${url}/live/${encodeURIComponent(name)}/index.m3u8`;
  const segments = await until('three segments', async () => {
    const text = await (await fetch(playlist)).text();
    const files = text.split('\n').filter((line) => line.endsWith('.ts'));
    return files.length >= 3 && files;
  });
  const first = await fetch(new URL(segments[0] ?? '', playlist));
  t.equal(first.status, 200, 'it can be watched from its beginning while it is made');
  t.equal(first.headers.get('content-type'), 'video/mp2t');

  process.kill(handlerOf(id), 'SIGKILL');
  const recorded = Date.now() - recordingSince;
  t.match(await untilShown(config, roomName, ['ready', 'failed']), { status: 'ready', endedBy: 'recovered' });

  const recording = await trpc.recordings.get.query({ name });
  t.match(recording, { status: 'ready', endedBy: 'recovered', width: 854, height: 480 });
  const { durationMs = 0 } = recording;
  t.ok(
    recorded - durationMs < 8_500,
    `${durationMs} ms of ${recorded} ms were kept: two segments may be lost`,
  );
  const probed = await ffprobe(`${url}/recordings/${encodeURIComponent(name)}`);
  t.same(probed.codecs, ['aac', 'h264']);
  t.ok(
    Math.abs(probed.duration * 1000 - durationMs) < 100,
    `${probed.duration} s, ${durationMs} ms are told`,
  );
  t.same(
    (await keys()).filter((key) => key.includes('/segments/')),
    [],
    'the segments are gone',
  );
  t.equal(
    (await fetch(`${url}/posters/${encodeURIComponent(name)}`)).headers.get('content-type'),
    'image/jpeg',
  );

  await trpc.recordings.delete.mutate({ name });
  t.same(await keys(), [], 'nothing of a deleted recording is left');
});

t.test('the whole recorder service is killed: the recording is found, and another can be made', async (t) => {
  const config = testConfig();
  const { trpc } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);

  const began = await startRecording(trpc, roomName);
  await untilShown(config, roomName, 'recording');
  // What is recorded has to have a length.
  await sleep(5_000);
  process.kill(
    Number(readFileSync(join(process.env.REELROOM_STACK ?? '', 'run', 'egress.pid'), 'utf8')),
    'SIGKILL',
  );

  const killed = Date.now();
  const end = await untilShown(config, roomName, ['ready', 'failed'], 50_000);
  t.ok(Date.now() - killed < 45_000, `after ${Date.now() - killed} ms`);
  t.match(end, { name: began.name, status: 'ready' });

  await recordAgain(config, trpc, roomName);
});

t.test('the app is gone when the recorder dies: the next one makes the recording whole', async (t) => {
  const config = testConfig();
  const { keys } = await bucketOf(config);
  const { name: roomName } = await openRoom(t, config);
  const first = await serve(t, config);
  const { name, id } = await startRecording(first.trpc, roomName);
  await untilShown(config, roomName, 'recording');
  await until('a segment', async () => (await keys()).some((key) => key.endsWith('.ts')));
  await first.app.close();
  process.kill(handlerOf(id), 'SIGKILL');

  const second = await serve(t, config);
  const recording = await until('the recording in the list', async () =>
    (await second.trpc.recordings.list.query({ roomName })).recordings.find(
      ({ endedBy }) => endedBy !== undefined,
    ),
  );
  t.match(recording, { name, endedBy: 'recovered' });
});
