import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPresigner } from '../server/adapters/s3/presign.ts';
import { createStorage } from '../server/adapters/s3/bucket.ts';
import { proxyTo } from '../server/test/support/proxy.ts';
import { startApp } from './support/app.ts';
import { configOf } from './support/bucket.ts';
import { cpuOf, drain, drainRange } from './support/drain.ts';
import { printTable, type Row } from './support/table.ts';
import { median } from './support/time.ts';
import { load } from './support/timing.ts';
import { connectionsTo, createViewers } from './support/viewers.ts';

// A video through the app, beside what the seed does, a bare proxy of Node and undici, and S3
// itself asked directly; in turns, in one run.

const bucket = 'bench-video';
const name = 'large.mp4';
const key = `recordings/${name}`;
const size = 256 << 20;
const megabyte = 1 << 20;
const rounds = 9;

const storage = createStorage(configOf(bucket));
await storage.makeBucket();
const upload = await storage.startUpload(key, 'video/mp4');
for (let part = 1; part <= size / (32 * megabyte); part += 1)
  await upload.put(part, randomBytes(32 * megabyte));
await upload.complete();
const signed = await createPresigner(configOf(bucket))('GET', key, {}, 3_600);

const app = await startApp(bucket);
const redirecting = await startApp(bucket, {
  env: { PLAYBACK: 'redirect', S3_PUBLIC_ENDPOINT: configOf(bucket).endpoint },
});
const peers = fork('bench/support/video-peers.ts', [bucket, key, signed]);
const [{ port }] = await once(peers, 'message');
const at = {
  ours: `${app.url}/recordings/${name}`,
  seed: `http://127.0.0.1:${port}/seed`,
  bare: `http://127.0.0.1:${port}/bare`,
  direct: signed,
};

/** All of it: MB a second, and the CPU seconds of the process that sends it, for each GB. */
async function whole(url: string, pid?: number) {
  const before = pid === undefined ? 0 : cpuOf(pid);
  const { bytes, ms } = await drain(url);
  if (bytes !== size) throw new Error(`${url}: ${bytes} bytes`);
  const cpu = pid === undefined ? 0 : cpuOf(pid) - before;
  return { speed: bytes / 1e6 / (ms / 1_000), cpu: cpu / (bytes / 1e9), ms };
}

/** What the redirects took by themselves, in ms. */
const redirects: number[] = [];
async function redirected() {
  const { head, ms } = await drain(`${redirecting.url}/recordings/${name}`);
  const [, location = ''] = /^location: (.*)$/im.exec(head) ?? [];
  redirects.push(ms);
  const { ms: itsMs } = await whole(location.trim());
  return { ms: ms + itsMs };
}

const all = <T>(): T[] => [];
const wholes = { ours: all<Whole>(), seed: all<Whole>(), bare: all<Whole>() };
type Whole = Awaited<ReturnType<typeof whole>>;
const direct: number[] = [];
const byRedirect: number[] = [];
const health: number[] = [];
// The first round warms up.
for (let round = 0; round <= rounds; round += 1) {
  // Nobody always comes behind the same one: what that leaves to be cleared up is not free.
  const order = ['seed', 'ours', 'bare'] as const;
  for (const who of round % 2 ? order : order.toReversed()) {
    const measured = await whole(at[who], who === 'ours' ? app.child.pid : peers.pid);
    if (round > 0) wholes[who].push(measured);
  }
}
for (let round = 0; round <= 4 * rounds; round += 1) {
  const order = [[direct, () => whole(at.direct)] as const, [byRedirect, redirected] as const];
  for (const [times, get] of round % 2 ? order : order.toReversed()) {
    const { ms } = await get();
    if (round > 0) times.push(ms);
  }
  health.push((await drain(`${redirecting.url}/healthz`)).ms);
}
const speedOf = (who: keyof typeof wholes) => median(wholes[who].map(({ speed }) => speed));
const cpuPerGb = (who: keyof typeof wholes) => median(wholes[who].map(({ cpu }) => cpu));

const first = { ours: all<number>(), seed: all<number>(), bare: all<number>() };
const somewhere = (length: number) => Math.floor(Math.random() * (size - length));
for (let round = -5; round < 100; round += 1)
  for (const who of ['seed', 'ours', 'bare'] as const) {
    const ms = await drainRange(at[who], somewhere(65_536), 65_536);
    if (round >= 0) first[who].push(ms);
  }

const seeks = (url: string) =>
  load(4_000, 50, () => drainRange(url, somewhere(megabyte), megabyte).then(() => true));
const perSecond = { ours: all<number>(), seed: all<number>() };
for (let round = 0; round < 3; round += 1)
  for (const who of ['seed', 'ours'] as const) {
    const { perSecond: its, errors } = await seeks(at[who]);
    if (errors > 0) throw new Error(`${errors} seeks failed`);
    perSecond[who].push(its);
  }

// 300 at once: 200 who read 200 kB a second, 100 who stop and stay.
peers.disconnect();
storage.close();
await redirecting.stop();
// Until the connections that nobody uses any more are closed, and not taken for viewers' own.
await sleep(6_000);
const s3 = configOf(bucket).endpoint;
const memoryBefore = app.memory();
const connectionsBefore = connectionsTo(s3);
const viewers = createViewers(at.ours);
viewers.join(200, 200_000);
viewers.join(100, 0);
while (connectionsTo(s3) < connectionsBefore + 300) await sleep(50);
let most = 0;
const crowded: number[] = [];
for (let round = 0; round < 5; round += 1) {
  crowded.push((await whole(at.ours)).speed);
  most = Math.max(most, app.memory());
  await sleep(1_000);
}
viewers.end();

// 50 who stop, and then leave, as S3 sees it.
const ends: (() => Promise<void>)[] = [];
const seen = await proxyTo({ teardown: (end) => ends.push(end) }, s3);
const watched = await startApp(bucket, { env: { S3_ENDPOINT: seen.url } });
const leavers = createViewers(`${watched.url}/recordings/${name}`);
leavers.join(50, 0);
while (seen.transfers() < 50) await sleep(50);
for (let before = -1; before !== seen.bytes(); await sleep(500)) before = seen.bytes();
leavers.end();
const left = performance.now();
while (seen.transfers() > 0) await sleep(1);
const stoppedAfter = performance.now() - left;
await watched.stop();
for (const end of ends) await end();

const rows: Row[] = [
  {
    what: '256 MB through the app',
    value: speedOf('ours'),
    unit: 'MB/s',
    compared: { what: 'as the seed does it', value: speedOf('seed') },
    least: 2 * speedOf('seed'),
  },
  {
    what: 'the same',
    value: speedOf('ours'),
    unit: 'MB/s',
    compared: { what: 'a bare proxy (Node, undici)', value: speedOf('bare') },
    least: 0.9 * speedOf('bare'),
  },
  {
    what: 'CPU of the process for each GB',
    value: cpuPerGb('ours'),
    unit: 's',
    compared: { what: 'as the seed does it', value: cpuPerGb('seed') },
  },
  {
    what: 'the same',
    value: cpuPerGb('ours'),
    unit: 's',
    compared: { what: 'a bare proxy', value: cpuPerGb('bare') },
  },
  {
    what: 'a range of 64 kB, first byte, median',
    value: median(first.ours),
    unit: 'ms',
    compared: { what: 'as the seed does it', value: median(first.seed) },
    target: 0.6 * median(first.seed),
  },
  {
    what: 'the same',
    value: median(first.ours),
    unit: 'ms',
    compared: { what: 'a bare proxy', value: median(first.bare) },
  },
  {
    what: 'seeks to 1 MB somewhere, 50 at once',
    value: median(perSecond.ours),
    unit: '/s',
    compared: { what: 'as the seed does it', value: median(perSecond.seed) },
    least: 1.5 * median(perSecond.seed),
  },
  {
    what: '256 MB with PLAYBACK=redirect',
    value: median(byRedirect),
    unit: 'ms',
    compared: { what: 'S3 directly', value: median(direct) },
    target: 1.03 * median(direct),
  },
  {
    what: '· of this the redirect, median',
    value: median(redirects),
    unit: 'ms',
    compared: { what: 'GET /healthz meanwhile', value: median(health) },
  },
  {
    what: '256 MB through the app beside 300 viewers',
    value: median(crowded),
    unit: 'MB/s',
    compared: { what: 'alone', value: speedOf('ours') },
  },
  {
    what: 'memory for each of 300 viewers, at most',
    value: (most - memoryBefore) / 300 / 1024,
    unit: 'kB',
  },
  { what: '50 leave → S3 reads of all ended', value: stoppedAfter, unit: 'ms', target: 1_000 },
];
printTable(rows);
await app.stop();
