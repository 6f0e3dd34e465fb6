import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { livekitClients, openRoom, serve, testConfig } from '../support/build.ts';
import { failure } from '../support/failure.ts';
import { proxyTo } from '../support/proxy.ts';
import { ffprobe, startRecording, untilShown } from '../support/recording.ts';
import { until } from '../support/until.ts';

t.setTimeout(180_000);

t.test('S3 is away for 20 s while a recording ends: nothing is lost', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { trpc, url } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);

  const { name } = await startRecording(trpc, roomName);
  await untilShown(config, roomName, 'recording');
  await until(
    'two segments',
    async () => s3.requests.filter((request) => /PUT .*\.ts$/.test(request)).length >= 2,
  );

  s3.goAway();
  await trpc.recordings.stop.mutate({ roomName });
  await sleep(20_000);
  s3.comeBack();

  t.match(await untilShown(config, roomName, ['ready', 'failed'], 45_000), { status: 'ready' });
  const recording = await trpc.recordings.get.query({ name });
  t.match(recording, { status: 'ready', durationMs: Number });
  const { codecs } = await ffprobe(`${url}/recordings/${encodeURIComponent(name)}`);
  t.same(codecs, ['aac', 'h264']);
  t.comment(`ended by ${recording.endedBy}, ${recording.durationMs} ms kept`);
});

t.test('a room is closed while its recording starts: an honest end, and no recorder left', async (t) => {
  const config = testConfig();
  const { trpc } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);
  const { rooms, egress } = livekitClients(config);

  const { name } = await startRecording(trpc, roomName);
  await rooms.deleteRoom(roomName);
  await until(
    'its recorder to end',
    async () => (await egress.listEgress({ active: true })).every((one) => one.roomName !== roomName),
    45_000,
  );
  await until('the end to be told', async () => {
    const found = await trpc.recordings.get.query({ name }).catch(() => undefined);
    return found && ['ready', 'failed'].includes(found.status);
  });
  t.match(await failure(trpc.recordings.stop.mutate({ roomName })), {
    data: { errorCode: 'RECORDING_NOT_STARTED' },
  });
});
