import t from 'tap';
import { bucketOf, livekitClients, openRoom, serve, testConfig } from '../support/build.ts';
import { proxyTo } from '../support/proxy.ts';
import { ffprobe, handlerOf, startRecording, untilEnded, untilShown } from '../support/recording.ts';
import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

t.setTimeout(240_000);

const rounds = 20;
const startsEach = 50;

t.test('two app processes that share a Redis: fifty starts at each, one recording', async (t) => {
  const redis = await startRedis(t);
  const config = testConfig({ REDIS_URL: redis.url });
  const one = await serve(t, config);
  const other = await serve(t, { ...config, port: 0 });
  const { name: roomName } = await openRoom(t, config);
  const { egress } = livekitClients(config);
  const active = () => egress.listEgress({ roomName, active: true });

  for (let round = 1; round <= rounds; round++) {
    const starts = await Promise.allSettled(
      Array.from({ length: 2 * startsEach }, (_, i) =>
        (i % 2 ? one : other).trpc.recordings.start.mutate({ roomName, quality: '480p' }),
      ),
    );
    const told = starts.flatMap((start) =>
      start.status === 'rejected' ? [start.reason.data?.errorCode] : [],
    );
    t.equal(told.length, 2 * startsEach - 1, `round ${round}: one of them started`);
    t.ok(
      told.every((code) => code === 'RECORDING_ALREADY_STARTED'),
      [...new Set(told)].join(),
    );
    t.equal((await active()).length, 1, 'as LiveKit sees it');
    const { trpc } = round % 2 ? one : other;
    await until('the recorder to end', async () => {
      // One that is just being started may not answer in time.
      await trpc.recordings.stop.mutate({ roomName }).catch(() => undefined);
      return (await active()).length === 0;
    });
  }

  await until('a last one to start', () =>
    other.trpc.recordings.start.mutate({ roomName }).catch(() => undefined),
  );
  await untilShown(config, roomName, 'recording');
  await one.trpc.recordings.stop.mutate({ roomName });
  await untilShown(config, roomName, 'ready');
});

t.test('two app processes, one of them farther from S3', async (t) => {
  const config = testConfig();
  const s3 = await proxyTo(t, config.s3.endpoint);
  s3.misbehave(() => ({ delayMs: 150 }));
  const near = await serve(t, config);
  const far = await serve(t, { ...config, port: 0, s3: { ...config.s3, endpoint: s3.url } });
  const { keys } = await bucketOf(config);
  const { name: roomName } = await openRoom(t, config);
  const both = [near, far];
  const listOf = ({ trpc }: typeof near) => trpc.recordings.list.query({ roomName });
  const untilNobodySeesToIt = (name: string) =>
    until('both to be done with it', async () => {
      const lists = await Promise.all(both.map(listOf));
      return lists.every(({ live }) => live.every((one) => one.name !== name));
    });

  /** What a slower process had begun to write it takes back, as soon as it sees that the recording is gone. */
  const untilNothingIsLeft = () =>
    until('nothing to be left', async () => (await keys()).length === 0, 10_000);

  await t.test('started by one, ended by the other; named, kept and shared by both', async (t) => {
    const { name } = await startRecording(near.trpc, roomName);
    await untilShown(config, roomName, 'recording');
    await far.trpc.recordings.stop.mutate({ roomName });
    t.match(await untilEnded(near.trpc, name), { status: 'ready', endedBy: 'stop' });
    await Promise.all([
      near.trpc.recordings.rename.mutate({ name, title: 'Both' }),
      far.trpc.recordings.setKeep.mutate({ name, keep: true }),
    ]);
    await untilNobodySeesToIt(name);
    for (const { recordings } of await Promise.all(both.map(listOf)))
      t.match(recordings, [{ name, status: 'ready', endedBy: 'stop', title: 'Both', keep: true }]);
    const { videoUrl } = await near.trpc.recordings.share.mutate({ name });
    t.equal((await fetch(far.url + new URL(videoUrl).pathname + new URL(videoUrl).search)).status, 200);
    await far.trpc.recordings.delete.mutate({ name });
    for (const { recordings } of await Promise.all(both.map(listOf))) t.same(recordings, []);
    await untilNothingIsLeft();
  });

  await t.test('its recorder is killed: it is whole, once, and stays so; deleted it is gone', async (t) => {
    const { name, id } = await startRecording(far.trpc, roomName);
    const { recordingSince = 0 } = await untilShown(config, roomName, 'recording');
    await until('two segments', async () => (await keys()).filter((key) => key.endsWith('.ts')).length >= 2);
    process.kill(handlerOf(id), 'SIGKILL');
    const recorded = Date.now() - recordingSince;
    await untilEnded(near.trpc, name);
    await untilNobodySeesToIt(name);
    const [one, other] = await Promise.all(both.map(({ trpc }) => trpc.recordings.get.query({ name })));
    t.match(one, { status: 'ready', endedBy: 'recovered' });
    t.same(one, other);
    // What the recorder said is for operators, and in no list.
    const { reason: _reason, ...row } = one ?? {};
    for (const { recordings } of await Promise.all(both.map(listOf))) t.same(recordings, [row]);
    const { durationMs = 0 } = one ?? {};
    t.ok(recorded - durationMs < 8_500, `${durationMs} ms of ${recorded} ms were kept`);
    const { duration } = await ffprobe(`${far.url}/recordings/${encodeURIComponent(name)}`);
    t.ok(Math.abs(duration * 1_000 - durationMs) < 100, `${duration} s, ${durationMs} ms are told`);
    t.match(await untilShown(config, roomName, ['ready', 'failed']), { status: 'ready' });

    await near.trpc.recordings.delete.mutate({ name });
    await untilNothingIsLeft();
  });

  await t.test('deleted as soon as one has it ready: the other does not bring it back', async (t) => {
    const { name } = await startRecording(near.trpc, roomName);
    await untilShown(config, roomName, 'recording');
    await far.trpc.recordings.stop.mutate({ roomName });
    await untilEnded(near.trpc, name);
    await near.trpc.recordings.delete.mutate({ name });
    await untilNobodySeesToIt(name);
    await untilNothingIsLeft();
    for (const { recordings } of await Promise.all(both.map(listOf))) t.same(recordings, []);
  });
});
