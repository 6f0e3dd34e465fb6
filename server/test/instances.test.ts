import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTRPCClient, httpLink } from '@trpc/client';
import fastify from 'fastify';
import t, { type Test } from 'tap';
import type { Target } from '../adapters/livekit/egress-info.ts';
import { reelroom, type AppRouter, type Config } from '../app.ts';
import {
  bucketOf,
  buildServices,
  livekitClients,
  openRoom,
  pluginOptions,
  testConfig,
} from './support/build.ts';
import { failure } from './support/failure.ts';
import { listen } from './support/listen.ts';
import { joinRoom } from './support/participant.ts';
import { proxyTo } from './support/proxy.ts';
import { startRecording, untilEnded, untilShown } from './support/recording.ts';
import { startRedis } from './support/redis.ts';
import { makeMp4 } from './support/segments.ts';
import { until } from './support/until.ts';

t.setTimeout(240_000);

/**
 * An application with an instance of the plugin below each prefix, at the port where the
 * stack's LiveKit sends its webhooks unless `port` says otherwise: it hands them to all, to
 * the last one first.
 */
async function application(t: Test, configs: Record<string, Config>, port = testConfig().port) {
  const app = fastify({ forceCloseConnections: true });
  t.teardown(() => app.close());
  const prefixes = Object.keys(configs).reverse();
  await app.register(async (hooks) => {
    hooks.removeAllContentTypeParsers();
    hooks.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    hooks.post<{ Body: string }>('/livekit/webhook', async ({ headers, body }, reply) => {
      const { authorization = '', 'content-type': type = '' } = headers;
      const statuses: number[] = [];
      for (const prefix of prefixes) {
        const url = `${prefix}/livekit/webhook`;
        const headers = { authorization, 'content-type': type };
        statuses.push((await app.inject({ method: 'POST', url, headers, body })).statusCode);
      }
      return reply.code(Math.max(...statuses)).send();
    });
  });
  for (const [prefix, config] of Object.entries(configs)) {
    const { appUrl: _, ...options } = pluginOptions(config);
    await app.register(reelroom, { prefix, ...options });
  }
  const origin = await app.listen({ port, host: '127.0.0.1' });
  const instance = async (prefix: string) => {
    const url = origin + prefix;
    const trpc = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc` })] });
    await until(
      'the index to be built',
      async () => !(await trpc.recordings.list.query().catch(() => ({ indexing: true }))).indexing,
    );
    const changes = await listen(t, url, 'recordings.changes', {});
    await changes.hears('"type":"reset"');
    return { url, trpc, changes };
  };
  return { app, instance };
}

type Instance = Awaited<ReturnType<Awaited<ReturnType<typeof application>>['instance']>>;

/** Two that share all that they may: Redis, LiveKit and the S3 server; but for the bucket. */
async function twoConfigs(t: Test) {
  const { url } = await startRedis(t);
  return [testConfig({ REDIS_URL: url }), testConfig({ REDIS_URL: url })] as const;
}

async function twoInstances(t: Test) {
  const [config, other] = await twoConfigs(t);
  const { instance } = await application(t, { '/first': config, '/second': other });
  return { config, first: await instance('/first'), second: await instance('/second') };
}

const liveIn = async ({ trpc }: Instance) =>
  (await trpc.recordings.list.query()).live.map(({ name }) => name);

t.test('each knows of its own recording only, made in the same room', async (t) => {
  const { config, first, second } = await twoInstances(t);
  const { name: roomName } = await openRoom(t, config, { name: `both ${randomUUID()}` });
  const names: string[] = [];

  for (const [one, another] of [
    [first, second],
    [second, first],
  ] as const) {
    const { name } = await startRecording(one.trpc, roomName);
    names.push(name);
    await untilShown(config, roomName, 'recording');
    t.same(await liveIn(one), [name]);
    t.same(await liveIn(another), []);
    t.match(
      await failure(another.trpc.recordings.start.mutate({ roomName })),
      { data: { errorCode: 'RECORDING_ALREADY_STARTED' } },
      'a room shows one recording',
    );
    t.match(await failure(another.trpc.recordings.stop.mutate({ roomName })), {
      data: { errorCode: 'RECORDING_NOT_STARTED' },
    });
    await one.trpc.recordings.stop.mutate({ roomName });
    t.match(await untilEnded(one.trpc, name), { status: 'ready', endedBy: 'stop' });
    await one.changes.hears('"type":"recording-ready"');
  }

  const [ours = '', theirs = ''] = names;
  for (const [{ url, trpc, changes }, another, its, not] of [
    [second, first, theirs, ours],
    [first, second, ours, theirs],
  ] as const) {
    const at = (folder: string, name: string, init?: RequestInit) =>
      fetch(`${url}/${folder}/${encodeURIComponent(name)}`, init).then(async (response) => {
        await response.arrayBuffer();
        return response.status;
      });
    const notFound = { data: { errorCode: 'RECORDING_NOT_FOUND' } };
    t.match(await trpc.recordings.list.query({ roomName }), { live: [], recordings: [{ name: its }] });
    t.match(await (await fetch(`${url}/recordings`)).json(), { recordings: [{ name: its }] });
    t.match(await trpc.recordings.totals.query(), { count: 1 });
    t.match(await trpc.recordings.rooms.query({}), { rooms: [{ roomName, count: 1 }] });
    t.match(await failure(trpc.recordings.get.query({ name: not })), notFound);
    t.match(await failure(trpc.recordings.rename.mutate({ name: not, title: 'x' })), notFound);
    t.match(await failure(trpc.recordings.share.mutate({ name: not })), notFound);
    t.match(await failure(trpc.recordings.delete.mutate({ name: not })), notFound);
    for (const folder of ['recordings', 'posters']) {
      t.equal(await at(folder, its), 200, folder);
      t.equal(await at(folder, not), 404, folder);
    }
    t.equal(await at('recordings', its, { method: 'HEAD' }), 200);
    t.equal(await at('recordings', not, { method: 'HEAD' }), 404);
    const { videoUrl } = await another.trpc.recordings.share.mutate({ name: not });
    t.equal((await fetch(videoUrl)).status, 200);
    t.equal((await fetch(videoUrl.replace(another.url, url))).status, 403, 'nor is a link good for both');

    // Whatever came before it has been told by then.
    await trpc.recordings.rename.mutate({ name: its, title: `title in ${url}` });
    await changes.hears(`title in ${url}`);
    t.match(changes.said(), its);
    t.notMatch(changes.said(), not, 'it is told of nothing else');
  }
});

t.test('a room that waits is recorded by the one that was asked first', async (t) => {
  const { config, first, second } = await twoInstances(t);
  const { rooms, egress } = livekitClients(config);
  const roomName = `waits ${randomUUID()}`;
  t.teardown(() => rooms.deleteRoom(roomName).catch(() => undefined));
  const enter = async ({ trpc }: Instance, participantName: string) =>
    joinRoom(t, await trpc.tokens.create.mutate({ roomName, participantName, autoRecord: true }));

  await enter(first, 'Ana');
  await enter(second, 'Ben');
  const { name } = await untilShown(config, roomName, 'recording', 60_000);
  t.same(await liveIn(first), [name]);
  t.same(await liveIn(second), []);
  t.equal((await egress.listEgress({ roomName })).length, 1);
  await first.trpc.recordings.stop.mutate({ roomName });
  await untilEnded(first.trpc, name);
  t.notMatch(second.changes.said(), name);
});

t.test('one ends, and the other goes on', async (t) => {
  const [config, other] = await twoConfigs(t);
  const ending = await application(t, { '/video': config }, 0);
  const { url } = await ending.instance('/video');
  const staying = await application(t, { '/video': other });
  const { url: itsUrl, trpc, changes } = await staying.instance('/video');
  const { name: roomName } = await openRoom(t, config);
  const { name } = await startRecording(trpc, roomName);
  await untilShown(config, roomName, 'recording');

  await ending.app.close();
  await t.rejects(fetch(`${url}/healthz`));
  await trpc.recordings.stop.mutate({ roomName });
  await changes.hears('"type":"recording-ready"');
  t.match(await trpc.recordings.list.query(), { recordings: [{ name, status: 'ready' }] });
  t.equal((await fetch(`${itsUrl}/recordings/${encodeURIComponent(name)}`)).status, 200);
});

const recoverOrphansOf = async ({
  jobs,
}: Pick<Awaited<ReturnType<typeof buildServices>>, 'jobs'>): Promise<void> => {
  for (const { name, run } of jobs) if (name === 'recover orphans') await run();
};

t.test('what a recorder could not upload goes to the library that it is of', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'reelroom-backup-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const [config, other] = await twoConfigs(t);
  const { instance } = await application(t, { '/video': config });
  const { trpc } = await instance('/video');
  const { name: roomName } = await openRoom(t, config);
  const { name } = await startRecording(trpc, roomName);
  await untilShown(config, roomName, 'recording');
  await trpc.recordings.stop.mutate({ roomName });
  await untilEnded(trpc, name);

  const { keys } = await bucketOf(other);
  const s3 = await proxyTo(t, other.s3.endpoint);
  const recordings = { ...other.recordings, backupFolder: folder };
  const services = await buildServices(t, {
    ...{ ...other, recordings },
    s3: { ...other.s3, endpoint: s3.url },
  });
  const recoverOrphans = () => recoverOrphansOf(services);
  const left = join(folder, recordings.path);
  const ofNobody = 'a-RM_1-2026-01-31T101530000.mp4';
  const another = 'b-RM_2-2026-01-31T101530000.mp4';
  const files = async () => (await readdir(left)).filter((file) => file.endsWith('.mp4'));
  await mkdir(left, { recursive: true });
  for (const one of [name, ofNobody]) await writeFile(join(left, one), await makeMp4(t, 1));
  for (let times = 0; times < 3; times += 1) await recoverOrphans();
  t.same(await files(), [name], 'what LiveKit knows to be another’s stays');
  t.notMatch(s3.requests.join(), encodeURIComponent(roomName), 'and is not asked for');
  const media = (await keys('recordings/')).filter((key) => key.endsWith('.mp4'));
  t.same(media, [`recordings/${ofNobody}`], 'what nobody knows is taken in, in a folder that is ours alone');

  // Another library uses the folder, too.
  await buildServices(t, { ...config, recordings }).then(recoverOrphansOf);
  await writeFile(join(left, another), await makeMp4(t, 1));
  for (let times = 0; times < 3; times += 1) await recoverOrphans();
  t.same((await files()).sort(), [another, name].sort(), 'whose it is nobody can say');
});

t.test('an egress without a bucket is of the library whose Egress stores by itself', async (t) => {
  const isTarget = async (environment: Record<string, string>, target: Target) =>
    (await buildServices(t, testConfig(environment))).library.isTarget(target);
  const key = 'recordings/a-RM_1-2026-01-31T101530000.mp4';
  const byServer = { EGRESS_UPLOAD: 'server' };
  t.equal(await isTarget({}, { key }), false);
  t.equal(await isTarget(byServer, { key }), true);
  for (const environment of [{}, byServer]) {
    const ours = { S3_BUCKET: 'ours', ...environment };
    t.equal(await isTarget(ours, { key, bucket: 'ours' }), true);
    t.equal(await isTarget(ours, { key, bucket: 'theirs' }), false);
    t.equal(await isTarget(ours, { key: key.replace('/', '/deeper/'), bucket: 'ours' }), false);
  }
});
