import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { dispose } from '@livekit/rtc-node';
import { loadConfig } from '../server/app.ts';
import { startApp } from './support/app.ts';
import { joinRoom } from './support/participant.ts';
import { printTable, type Row } from './support/table.ts';
import { median } from './support/time.ts';

// How many recordings of two people each this machine makes at once before their pictures stutter: what the
// own stack allows by default (stack/lib/settings.ts). The senders are on the same machine, and cost it, too.

/** How long each is recorded, in ms. */
const recordFor = 30_000;
/** What is left out at the beginning and the end of a file, in s, while it starts and stops. */
const margin = 3;
const camera = { width: 640, height: 360, fps: 24 };
const cores = availableParallelism();

const config = loadConfig(process.env);
const app = await startApp('bench-at-once', { port: config.port, env: { MAX_CONCURRENT_RECORDINGS: '100' } });

/** The times in s at which the pictures of a video differ from the one before. */
async function changesIn(url: string): Promise<number[]> {
  const args = ['-v', 'info', '-i', url, '-an', '-vf', 'scale=320:-1,mpdecimate,showinfo', '-f', 'null', '-'];
  const ffmpeg = spawn('ffmpeg', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  ffmpeg.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  await once(ffmpeg, 'close');
  return [...said.matchAll(/pts_time:([\d.]+)/g)].map(([, time]) => Number(time));
}

/** Pictures a second of a video, and its longest time without a new one, in ms. */
async function smoothnessOf(name: string) {
  const times = await changesIn(`${app.url}/recordings/${encodeURIComponent(name)}`);
  const last = times.at(-1) ?? 0;
  const inside = times.filter((time) => time > margin && time < last - margin);
  const gaps = inside.slice(1).map((time, index) => 1_000 * (time - (inside[index] ?? time)));
  return { fps: (1_000 * gaps.length) / gaps.reduce((sum, gap) => sum + gap, 0), gapMs: Math.max(...gaps) };
}

/** Processor time used so far by all of the machine, as a share of all of its cores. */
const busy = () =>
  cpus().reduce(
    ({ used, all }, { times: { user, nice, sys, irq, idle } }) => ({
      used: used + user + nice + sys + irq,
      all: all + user + nice + sys + irq + idle,
    }),
    { used: 0, all: 0 },
  );

async function recordTogether(count: number, quality: '720p' | '1080p'): Promise<Row[]> {
  const rooms = Array.from({ length: count }, () => `at once ${randomUUID().slice(0, 8)}`);
  const people = await Promise.all(
    rooms.flatMap((roomName) =>
      ['Ana', 'Ben'].map((participantName) =>
        joinRoom(app, { livekitUrl: config.livekit.url, roomName, participantName, camera }),
      ),
    ),
  );
  const names: string[] = [];
  let refused = 0;
  for (const roomName of rooms)
    try {
      names.push((await app.call('recordings.start', { roomName, quality })).name);
    } catch (error) {
      refused += 1;
      console.log(error instanceof Error ? error.message : error);
    }
  const before = busy();
  await sleep(recordFor);
  const after = busy();
  const ready = Promise.all(
    people
      .filter((_, index) => index % 2 === 0)
      .map(({ screen }) => screen.shows('ready').catch(() => undefined)),
  );
  for (const roomName of rooms) await app.call('recordings.stop', { roomName }).catch(() => undefined);
  await ready;
  await Promise.all(people.map(({ leave }) => leave()));
  const all = await Promise.all(names.map(smoothnessOf));
  const what = `${count} at once, ${quality}`;
  return [
    { what: `${what}: pictures a second, median`, value: median(all.map(({ fps }) => fps)), unit: '' },
    { what: `${what}: longest stop, median`, value: median(all.map(({ gapMs }) => gapMs)), unit: 'ms' },
    { what: `${what}: longest stop of all`, value: Math.max(...all.map(({ gapMs }) => gapMs)), unit: 'ms' },
    {
      what: `${what}: processor`,
      value: (100 * (after.used - before.used)) / (after.all - before.all),
      unit: '%',
    },
    { what: `${what}: refused`, value: refused, unit: '' },
  ];
}

const rows: Row[] = [];
for (let count = 1; count <= 2 * cores; count++) rows.push(...(await recordTogether(count, '720p')));
rows.push(...(await recordTogether(cores, '1080p')));
printTable(rows);
await app.stop();
await dispose();
