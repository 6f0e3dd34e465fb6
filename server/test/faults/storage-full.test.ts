import t from 'tap';
import { openRoom, serve, testConfig } from '../support/build.ts';
import { proxyTo } from '../support/proxy.ts';
import { ffprobe, shownStatus, startRecording, untilEnded, untilShown } from '../support/recording.ts';
import { until } from '../support/until.ts';

t.setTimeout(240_000);

/** As MinIO says it. */
const full = `<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>XMinioStorageFull</Code><Message>Storage backend has reached its minimum free drive threshold.</Message></Error>`;

t.test('S3 is full while a recording ends: it waits, and nothing is lost', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { trpc, url } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);

  const { name } = await startRecording(trpc, roomName);
  const { recordingSince = 0 } = await untilShown(config, roomName, 'recording');
  await until('a segment', async () => s3.requests.some((request) => /PUT .*\.ts$/.test(request)));
  s3.misbehave((request) => (/^(PUT|POST) /.test(request) ? { status: 507, body: full } : undefined));
  const lengthMs = Date.now() - recordingSince;
  await trpc.recordings.stop.mutate({ roomName });
  await until(
    'the room to be told why it takes so long',
    async () => (await shownStatus(config, roomName))?.error !== undefined,
    90_000,
  );
  t.match(await shownStatus(config, roomName), { name, status: 'stopping', error: /Nothing is lost/ });
  const next = await startRecording(trpc, roomName);
  await untilShown(config, roomName, 'recording');
  t.not(next.name, name, 'the next recording is not in the way of the first');

  s3.comeBack();
  t.match(await untilEnded(trpc, name, 45_000), { status: 'ready', endedBy: 'stop' });
  const { duration } = await ffprobe(`${url}/recordings/${encodeURIComponent(name)}`);
  t.ok(duration * 1000 > lengthMs - 1_000, `nothing is missing: ${duration} s of ${lengthMs} ms`);
  await trpc.recordings.stop.mutate({ roomName });
  t.match(await untilEnded(trpc, next.name, 45_000), { status: 'ready' });
});
