import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { loadConfig } from '../server/app.ts';
import { makeFaststart } from '../server/features/media/faststart.ts';
import { inspectMedia } from '../server/features/media/inspect.ts';
import { createStorage } from '../server/adapters/s3/bucket.ts';
import { startApp } from './support/app.ts';
import { farFrom } from './support/far.ts';
import { printTable, type Row } from './support/table.ts';
import { median, now } from './support/time.ts';

// What it costs to move a recording's tables to its beginning, and what it is good for: how long
// Chromium takes to have the first picture, when each of its requests takes a tenth of a second longer.

const rounds = 10;
const delayMs = 100;
const partBytes = 8 * 2 ** 20;

const config = loadConfig({ ...process.env, S3_BUCKET: 'bench-faststart' });
const storage = createStorage(config.s3);
const app = await startApp(config.s3.bucket);
const far = await farFrom(app.url, delayMs);
const folder = await mkdtemp(join(tmpdir(), 'reelroom-bench-'));
const ffmpeg = (...args: string[]) => promisify(execFile)('ffmpeg', ['-v', 'error', ...args]);

// A minute of 480p as busy as people are, 10 MB; an hour is sixty of it. Tables at the end, as Egress has them.
const minute = join(folder, 'minute.mp4');
await ffmpeg(
  ...['-f', 'lavfi', '-i', 'testsrc2=size=854x480:rate=15,noise=alls=20:allf=t'],
  ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-t', '60'],
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '60'],
  ...['-b:v', '1250k', '-maxrate', '1250k', '-bufsize', '2500k', '-c:a', 'aac', '-b:a', '96k', '-ac', '2'],
  minute,
);
const hour = join(folder, 'hour.mp4');
await ffmpeg('-stream_loop', '59', '-i', minute, '-c', 'copy', hour);
const seconds = join(folder, 'seconds.mp4');
await ffmpeg('-i', minute, '-t', '10', '-c', 'copy', seconds);

/** Uploads a file as Egress does: how long that took, in ms. */
async function upload(file: string, key: string): Promise<number> {
  const began = now();
  const object = await storage.startUpload(key, 'video/mp4');
  let number = 0;
  for await (const part of createReadStream(file, { highWaterMark: partBytes }))
    await object.put(++number, part);
  await object.complete();
  return now() - began;
}

/** Moves the tables of the file at `key`: how long that took, in ms. */
async function move(key: string): Promise<number> {
  const media = await inspectMedia(storage, key);
  if (!media) throw new Error(`${key} is no video`);
  const began = now();
  await makeFaststart({
    ...{ storage, key, scratch: `${key}.scratch`, media },
    signal: new AbortController().signal,
  });
  return now() - began;
}

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
});

/** How long a browser that has just come takes until it can play a video, in ms, and its requests. */
async function play(name: string): Promise<{ time: number; requests: number }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${far.url}/healthz`);
  far.requests.length = 0;
  const time = await page.evaluate(
    (src) =>
      new Promise<number>((resolve, reject) => {
        const video = document.createElement('video');
        const began = performance.now();
        video.muted = true;
        video.preload = 'auto';
        video.addEventListener('canplay', () => resolve(performance.now() - began));
        video.addEventListener('error', () => reject(new Error(video.error?.message)));
        video.src = src;
        document.body.append(video);
      }),
    `/recordings/${name}`,
  );
  const requests = far.requests.filter((path) => path.includes(name)).length;
  await context.close();
  return { time, requests };
}

const rows: Row[] = [];
for (const [what, file, times] of [
  ['10 seconds', seconds, rounds],
  ['a minute', minute, rounds],
  ['an hour', hour, 3],
] as const) {
  const megabytes = `${what}, ${((await stat(file)).size / 1e6).toFixed(1)} MB`;
  const key = (name: string) => config.recordings.path + name;
  const uploads: number[] = [];
  const moves: number[] = [];
  for (let round = 0; round < times; round += 1) {
    uploads.push(await upload(file, key('first.mp4')));
    moves.push(await move(key('first.mp4')));
  }
  await upload(file, key('last.mp4'));
  rows.push({
    ...{ what: `${megabytes}: the tables are moved, median`, value: median(moves), unit: 'ms' },
    compared: { what: 'it is uploaded', value: median(uploads) },
  });

  const [first, last] = [[await play('first.mp4')], [await play('last.mp4')]];
  for (let round = 1; round < rounds; round += 1) {
    first.push(await play('first.mp4'));
    last.push(await play('last.mp4'));
  }
  const of = (plays: typeof first, value: 'time' | 'requests') => median(plays.map((one) => one[value]));
  rows.push({
    ...{ what: '· canplay in Chromium, tables first, median', value: of(first, 'time'), unit: 'ms' },
    compared: { what: 'tables last', value: of(last, 'time') },
  });
  rows.push({
    ...{ what: '· requests until then, median', value: of(first, 'requests'), unit: '' },
    compared: { what: 'tables last', value: of(last, 'requests') },
  });
}
printTable(rows);

await browser.close();
far.close();
await app.stop();
storage.close();
await rm(folder, { recursive: true });
