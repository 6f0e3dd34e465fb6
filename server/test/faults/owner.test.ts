import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createTRPCClient, httpLink } from '@trpc/client';
import t, { type Test } from 'tap';
import { loadConfig, type AppRouter } from '../../app.ts';
import { bucketOf, freePort, openRoom, testConfig } from '../support/build.ts';
import { proxyTo } from '../support/proxy.ts';
import { handlerOf, startRecording, untilEnded, untilShown } from '../support/recording.ts';
import { redisClient, startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

t.setTimeout(400_000);

const main = fileURLToPath(new URL('../../main.ts', import.meta.url));

/** An app process that can be killed, and that has built its index. */
async function appProcess(t: Test, environment: Record<string, string>, port: number) {
  const url = `http://127.0.0.1:${port}`;
  const env = { ...process.env, ...environment, SERVER_PORT: String(port), APP_URL: url };
  const child = fork(main, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const trpc = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc` })] });
  await until('the app, and its index', async () => {
    const page = await trpc.recordings.list.query().catch(() => undefined);
    return page !== undefined && !page.indexing;
  });
  return {
    trpc,
    async end(signal: 'SIGKILL' | 'SIGTERM') {
      child.kill(signal);
      await ended;
    },
  };
}

t.test('of two app processes one asks for everything, until it dies', async (t) => {
  const redis = await startRedis(t);
  const config = testConfig();
  const s3 = await proxyTo(t, config.s3.endpoint);
  const livekit = await proxyTo(t, config.livekit.url.replace(/^ws/, 'http'));
  const environment = {
    ...{ LOG_LEVEL: 'silent', S3_BUCKET: config.s3.bucket, S3_CREATE_BUCKET: 'on', REDIS_URL: redis.url },
    ...{ S3_ENDPOINT: s3.url, S3_EGRESS_ENDPOINT: config.s3.endpoint },
    LIVEKIT_URL: livekit.url.replace(/^http/, 'ws'),
  };
  t.equal(loadConfig({ ...process.env, ...environment }).s3.bucket, config.s3.bucket);
  const client = await redisClient(t, redis.url);
  const owner = async () => (await client.get((await client.keys('reelroom:owner:*'))[0] ?? '')) ?? undefined;
  const { keys } = await bucketOf(config);
  const { name: roomName } = await openRoom(t, config);

  /** How many requests are made to LiveKit and to S3 meanwhile. */
  async function requestsDuring(work: () => Promise<unknown>) {
    const before = [livekit.requests.length, s3.requests.length];
    await work();
    const [toLivekit, toS3] = [
      livekit.requests.length - (before[0] ?? 0),
      s3.requests.length - (before[1] ?? 0),
    ];
    return { toLivekit, toS3 };
  }
  type Process = Awaited<ReturnType<typeof appProcess>>;
  const idle = () => requestsDuring(() => sleep(30_000));
  const recording = ({ trpc }: Process) =>
    requestsDuring(async () => {
      const { name } = await startRecording(trpc, roomName);
      await untilShown(config, roomName, 'recording');
      await sleep(10_000);
      await trpc.recordings.stop.mutate({ roomName });
      await untilShown(config, roomName, 'ready');
      // Whoever else sees to it has done so by then.
      await sleep(8_000);
      t.match(await trpc.recordings.get.query({ name }), { status: 'ready', endedBy: 'stop' });
    });

  // LiveKit sends its webhooks here.
  const one = await appProcess(t, environment, config.port);
  const first = await until('an owner', owner);
  const alone = { idle: await idle(), recording: await recording(one) };

  const other = await appProcess(t, environment, await freePort());
  const both = { idle: await idle(), recording: await recording(one) };
  const started = await recording(other);
  t.equal(await owner(), first, 'who owned goes on to');
  t.comment(JSON.stringify({ alone, both, started }));
  for (const kind of ['idle', 'recording'] as const)
    for (const to of ['toLivekit', 'toS3'] as const) {
      const [asOne, asTwo] = [alone[kind][to], both[kind][to]];
      t.ok(asTwo <= asOne * 1.2 + 3, `${kind} ${to}: ${asOne} by one, ${asTwo} by two`);
    }

  const { name, id } = await startRecording(one.trpc, roomName);
  await untilShown(config, roomName, 'recording');
  await until('two segments', async () => (await keys()).filter((key) => key.endsWith('.ts')).length >= 2);
  const killed = performance.now();
  await one.end('SIGKILL');
  const second = await until('another owner', async () => {
    const now = await owner();
    return now !== first && now;
  });
  t.ok(performance.now() - killed < 5_000, `${performance.now() - killed} ms`);
  // Nobody is told of it: the new owner asks.
  process.kill(handlerOf(id), 'SIGKILL');
  t.match(await untilEnded(other.trpc, name, 60_000), { status: 'ready', endedBy: 'recovered' });
  await untilShown(config, roomName, 'ready');

  const third = await appProcess(t, environment, config.port);
  const closed = performance.now();
  await other.end('SIGTERM');
  await until('the next owner', async () => ![undefined, second].includes(await owner()), 3_000);
  t.comment(`left within ${performance.now() - closed} ms`);
  const { live, recordings } = await third.trpc.recordings.list.query();
  t.same([live.length, recordings.length], [0, 4]);
});
