import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EgressStatus } from 'livekit-server-sdk';
import t, { type Test } from 'tap';
import type { Config } from '../../app.ts';
import { livekitClients, openRoom, serve, testConfig } from '../support/build.ts';
import { failure } from '../support/failure.ts';
import { proxyTo } from '../support/proxy.ts';
import {
  ffprobe,
  handlerOf,
  shownStatus,
  startRecording,
  untilEnded,
  untilShown,
} from '../support/recording.ts';
import { until } from '../support/until.ts';

t.setTimeout(300_000);

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

/** Has a recording begin whose recorder and app reach S3 through a proxy, and waits until some segments are stored. */
async function recordThroughProxy(t: Test, { segments, maxMs }: { segments: number; maxMs?: number }) {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const usual = testConfig({ S3_ENDPOINT: s3.url });
  const limit = maxMs !== undefined && { maxMinutes: maxMs / 60_000 };
  const config = { ...usual, recordings: { ...usual.recordings, ...limit } };
  const { trpc, url } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);
  const { name, id } = await startRecording(trpc, roomName);
  const { recordingSince = 0 } = await untilShown(config, roomName, 'recording');
  const uploaded = () => s3.requests.filter((request) => /PUT .*\.ts$/.test(request)).length;
  await until(`${segments} segments`, async () => uploaded() >= segments);
  return { s3, config, trpc, url, roomName, name, id, recordingSince };
}

/** Waits until a room is told that its recording is over, and why it is not saved yet. */
async function untilDelayed(config: Config, roomName: string): Promise<void> {
  const shown = await until(
    'the room to be told why it takes so long',
    async () => {
      const status = await shownStatus(config, roomName);
      return status?.error?.startsWith('Saving waits') && status;
    },
    60_000,
  );
  t.match(shown, { status: 'stopping' });
}

t.test('a recording reaches its limit while S3 is away: it ends, and nothing is lost', async (t) => {
  const maxMs = 25_000;
  const { s3, config, trpc, url, roomName, name, recordingSince } = await recordThroughProxy(t, {
    segments: 1,
    maxMs,
  });
  const { egress } = livekitClients(config);
  s3.goAway();
  await until('the app to know', async () => {
    await trpc.recordings.list.query().catch(() => undefined);
    return !(await trpc.system.status.query()).storage.ready;
  });
  t.ok(Date.now() - recordingSince < maxMs, 'S3 is away before that');
  await until(
    'its recorder to be asked to end',
    async () =>
      (await egress.listEgress({ roomName })).every(({ status }) => status !== EgressStatus.EGRESS_ACTIVE),
    45_000,
  );
  const lengthMs = Date.now() - recordingSince;
  t.ok(lengthMs < maxMs + 6_000, `${lengthMs} ms: the limit is ${maxMs} ms`);
  await untilDelayed(config, roomName);

  s3.comeBack();
  t.match(await untilEnded(trpc, name, 90_000), { status: 'ready', endedBy: 'limit' });
  const { duration } = await ffprobe(`${url}/recordings/${encodeURIComponent(name)}`);
  t.ok(duration * 1_000 > maxMs - 1_000, `nothing is missing: ${duration} s of ${maxMs} ms`);
});

t.test(
  'the recorder is gone without a word while S3 is away: that is noticed, and it is made whole',
  async (t) => {
    const { s3, config, trpc, url, roomName, name, id, recordingSince } = await recordThroughProxy(t, {
      segments: 2,
    });
    s3.goAway();
    // A segment that is stored nowhere but with the recorder is then among what has to be found.
    await sleep(6_000);
    const service = Number(readFileSync(join(process.env.REELROOM_STACK ?? '', 'run', 'egress.pid'), 'utf8'));
    const handler = handlerOf(id);
    for (const pid of [service, handler]) process.kill(pid, 'SIGKILL');
    const lengthMs = Date.now() - recordingSince;
    const killed = Date.now();
    await untilDelayed(config, roomName);
    t.comment(`told after ${Date.now() - killed} ms`);

    s3.comeBack();
    t.match(await untilEnded(trpc, name, 90_000), { status: 'ready', endedBy: 'recovered' });
    const { duration } = await ffprobe(`${url}/recordings/${encodeURIComponent(name)}`);
    t.ok(lengthMs - duration * 1_000 < 8_500, `${duration} s of ${lengthMs} ms: two segments may be lost`);
  },
);

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
