import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { livekitClients, openRoom, serve, testConfig } from '../support/build.ts';
import { failure } from '../support/failure.ts';
import { proxyTo } from '../support/proxy.ts';
import { ffprobe, startRecording, untilShown } from '../support/recording.ts';
import { until } from '../support/until.ts';

t.setTimeout(180_000);

for (const when of ['ends', 'is made'] as const)
  t.test(`S3 is away for 20 s while a recording ${when}: nothing is lost`, async (t) => {
    const s3 = await proxyTo(t, testConfig().s3.endpoint);
    const config = testConfig({ S3_ENDPOINT: s3.url });
    const { trpc, url } = await serve(t, config);
    const { name: roomName } = await openRoom(t, config);
    const uploaded = () => s3.requests.filter((request) => /PUT .*\.ts$/.test(request)).length;

    const { name } = await startRecording(trpc, roomName);
    const { recordingSince = 0 } = await untilShown(config, roomName, 'recording');
    await until('two segments', async () => uploaded() >= 2);

    s3.goAway();
    if (when === 'ends') await trpc.recordings.stop.mutate({ roomName });
    let lengthMs = Date.now() - recordingSince;
    await sleep(20_000);
    s3.comeBack();
    if (when === 'is made') {
      const before = uploaded();
      await until('it to go on', async () => uploaded() >= before + 2, 45_000);
      await until('it to be stopped', () => trpc.recordings.stop.mutate({ roomName }).catch(() => undefined));
      lengthMs = Date.now() - recordingSince;
    }

    t.match(await untilShown(config, roomName, ['ready', 'failed'], 45_000), { status: 'ready' });
    t.match(await trpc.recordings.get.query({ name }), { endedBy: 'stop', durationMs: Number });
    const { codecs, duration } = await ffprobe(`${url}/recordings/${encodeURIComponent(name)}`);
    t.same(codecs, ['aac', 'h264']);
    t.ok(duration * 1000 > lengthMs - 1_000, `nothing is missing: ${duration} s of ${lengthMs} ms`);
    const left = await readdir(config.recordings.backupFolder ?? '', {
      recursive: true,
      withFileTypes: true,
    });
    t.same(
      left.filter((entry) => entry.isFile()).map((entry) => entry.name),
      [],
      'nothing is left behind',
    );
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
