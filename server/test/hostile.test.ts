import { createHash, randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';
import t from 'tap';
import { startApp } from '../../bench/support/app.ts';
import { createStorage } from '../adapters/s3/bucket.ts';
import { bucketOf, testConfig } from './support/build.ts';
import { hostileStorage, type Hostility } from './support/hostile-storage.ts';
import { connectTo, type RawAnswer } from './support/raw-viewer.ts';
import { until } from './support/until.ts';

// Storage that does what no S3 should, viewers who do what no player should, at random moments.
// Whatever they do: the process lives, keeps no memory, and nobody is given a body that looks
// whole and is not. Where the storage can be had again, nobody sees that anything happened.

t.setTimeout(300_000);

const runs = 300;
const lanes = 8;
const sizes = [0, 1, 70_000, 900_000, 14 << 20];
const seed = Number(process.env.HOSTILE_SEED ?? randomInt(2 ** 31));

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomOf(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What the storage can be had again after. */
const passing: Hostility['kind'][] = [
  ...(['reset', 'close', 'close behind a paused reader', 'shorter', 'longer', 'stall'] as const),
  ...(['trickle', 'no HTTP', 'no object', 'another range', 'busy'] as const),
];

const viewers = ['whole', 'sixteen', 'slow', 'paused', 'gone', 'pipelined', 'HTTP/1.0'] as const;

t.test('hostile storage and hostile viewers', async (t) => {
  /** What the next answers of S3 meet with, by lane. */
  const plans = new Map<string, Hostility[]>();
  const laneOf = (key: string) => /lane-\w+/.exec(key)?.[0] ?? '';
  const config = testConfig();
  const s3 = await hostileStorage(t, config.s3.endpoint, (key) => plans.get(laneOf(key))?.shift());
  const { put } = await bucketOf(config);
  const videos = sizes.map((size) => randomBytes(size));
  await pMap(Array.from({ length: lanes }).keys(), async (lane) => {
    for (const [i, video] of videos.entries()) await put(`recordings/lane-${lane}-${i}.mp4`, video);
  });
  const app = await startApp(config.s3.bucket, { env: { S3_ENDPOINT: s3.url, LOG_LEVEL: 'silent' } });
  t.teardown(() => app.stop());
  let ended: unknown;
  app.child.once('exit', (code, signal) => (ended = { code, signal }));

  async function run(number: number, lane: number): Promise<void> {
    const random = randomOf(seed + number);
    const upTo = (max: number) => Math.floor(random() * max);
    const oneOf = <T>(all: readonly [T, ...T[]]): T => all[upTo(all.length)] ?? all[0];
    const index = upTo(sizes.length);
    const video = videos[index] ?? Buffer.alloc(0);
    const path = `/recordings/lane-${lane}-${index}.mp4`;
    const viewer = oneOf(viewers);

    const plan = Array.from({ length: upTo(4) }, () => ({
      kind: passing[upTo(passing.length)] ?? 'reset',
      after: upTo(video.length),
    }));
    const isGone = random() < 0.1;
    if (isGone) plan.push({ kind: 'gone', after: 0 });
    // What is gone in mid-body stays so, and what is longer in its head than it is cannot be had.
    const isHopeless = isGone || plan.some(({ kind }) => kind === 'shorter');
    plans.set(`lane-${lane}`, plan);
    const said = `HOSTILE_SEED=${seed} run ${number}: ${viewer}, ${video.length} bytes, ${JSON.stringify(plan)}`;

    /** An answer that looks whole is right; one that is not is one that nothing could have saved. */
    function judge(answer: RawAnswer | undefined, from = 0, to = video.length): void {
      if (ended) throw new Error(`${said}: the process has ended: ${JSON.stringify(ended)}`);
      if (Number(answer?.status) >= 500 && answer?.headers.has('etag'))
        throw new Error(`${said}: an error with the headers of a video`);
      const isGood = answer?.status === 200 || answer?.status === 206;
      if (answer?.isWhole && isGood) {
        if (!answer.body.equals(video.subarray(from, to))) throw new Error(`${said}: wrong bytes`);
      } else if (!isHopeless)
        throw new Error(`${said}: ${answer?.status}, ${answer?.body.length} of ${to - from} bytes`);
    }
    const range = () => {
      const from = upTo(video.length);
      return { from, to: from + 1 + upTo(video.length - from) };
    };
    const headerOf = ({ from, to }: { from: number; to: number }) => ({ range: `bytes=${from}-${to - 1}` });

    const one = await connectTo(app.url);
    try {
      switch (viewer) {
        case 'whole':
          one.ask(path);
          judge(await one.answer());
          break;
        case 'HTTP/1.0':
          one.ask(path, {}, { version: '1.0' });
          judge(await one.answer());
          break;
        case 'sixteen': {
          const moment = upTo(60);
          await Promise.all(
            Array.from({ length: 16 }, async () => {
              const other = await connectTo(app.url);
              other.ask(path, video.length > 0 ? headerOf(range()) : {});
              await sleep(moment);
              other.leave();
            }),
          );
          break;
        }
        case 'slow':
        case 'paused': {
          const answer = one.answer.bind(one);
          one.ask(path);
          const beat = setInterval(
            () => (one.socket.isPaused() ? one.socket.resume() : one.socket.pause()),
            viewer === 'slow' ? 5 : 150,
          );
          judge(await answer().finally(() => clearInterval(beat)));
          break;
        }
        case 'gone':
          if (random() < 0.5) one.socket.write(`GET ${path} HTTP/1.1\r\nHo`);
          else {
            one.ask(path);
            await sleep(upTo(30));
          }
          break;
        case 'pipelined': {
          const asked = Array.from({ length: 3 }, () => (video.length > 0 ? range() : undefined));
          for (const part of asked) one.ask(path, part && headerOf(part));
          // What follows a broken answer is not answered.
          for (const part of asked) judge(await one.answer(), part?.from, part?.to);
        }
      }
    } finally {
      one.leave();
    }
  }

  // It takes ten seconds until S3 counts as silent.
  const storage = createStorage({ ...config.s3, endpoint: s3.url });
  t.teardown(() => storage.close());
  await put('recordings/lane-text', 'a manifest');
  plans.set('lane-text', [{ kind: 'silent', after: 3 }]);
  const text = storage.getText('recordings/lane-text');

  const numbers = Array.from({ length: runs }).keys();
  let memory = 0;
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (const number of numbers) {
        await run(number, lane);
        if (number === runs / 2) memory = app.memory();
      }
    }),
  );
  t.equal(await text, 'a manifest', 'what falls silent in mid-body is asked again');
  t.equal(ended, undefined, `the process is the same (HOSTILE_SEED=${seed})`);
  t.equal((await fetch(`${app.url}/healthz`)).status, 200);
  const grown = app.memory() - memory;
  t.ok(grown < 100 << 20, `memory is flat: ${Math.round(grown / 2 ** 20)} MB more`);
});

t.test('a download manager of sixteen connections that is broken off, a hundred times', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  const size = 48 << 20;
  const video = randomBytes(size);
  await put('recordings/large.mp4', video);
  const app = await startApp(config.s3.bucket, { env: { S3_ENDPOINT: config.s3.endpoint } });
  t.teardown(() => app.stop());
  let ended: unknown;
  app.child.once('exit', (code, signal) => (ended = { code, signal }));

  const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const watched = fetch(`${app.url}/recordings/large.mp4`)
    .then(async (answer) => sha(Buffer.from(await answer.arrayBuffer())))
    .catch((error: unknown) => error);
  for (let time = 0; time < 100; time += 1) {
    const connections = await Promise.all(
      Array.from({ length: 16 }, async (_, i) => {
        const one = await connectTo(app.url);
        one.ask('/recordings/large.mp4', { range: `bytes=${(i * size) / 16}-${((i + 1) * size) / 16 - 1}` });
        return one;
      }),
    );
    // Some while their requests are on their way, some in mid-body.
    await sleep(Math.random() * 60);
    for (const one of connections) one.leave();
    if (ended) break;
  }
  t.equal(ended, undefined, 'the process is the same');
  t.equal(await watched, sha(video), 'who watches sees nothing of it');
  await until('the app to answer', async () => (await fetch(`${app.url}/healthz`)).ok);
});
