import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { dispose } from '@livekit/rtc-node';
import { loadConfig } from '../server/app.ts';
import { createStorage } from '../server/adapters/s3/bucket.ts';
import { startApp } from './support/app.ts';
import { createBareEgress } from './support/bare-egress.ts';
import { openPage } from './support/open-page.ts';
import { joinRoom } from './support/participant.ts';
import { logged, pageMarks } from './support/recorder-page.ts';
import { printTable, type Row } from './support/table.ts';
import { median, now, p95 } from './support/time.ts';

// The life of a recording as two people in the call and an open library see it, beside what
// Egress takes by itself for the same, in turns.

const rounds = 10;
/** What is recorded has to have a length, in ms. */
const recordFor = 4_000;

const config = loadConfig({ ...process.env, S3_BUCKET: 'bench-app' });
const bareConfig = loadConfig({ ...process.env, S3_BUCKET: 'bench-bare' });
const storage = createStorage(bareConfig.s3);
await storage.makeBucket();
storage.close();

const app = await startApp(config.s3.bucket, { port: config.port });
const bare = createBareEgress(bareConfig);
const library = await openPage(app, 'recordings.changes');

/** A small camera, so that its sender does not count. */
const camera = { width: 320, height: 180, fps: 15 };

async function openCall(hasCamera: boolean) {
  const roomName = `bench ${randomUUID().slice(0, 8)}`;
  const people = await Promise.all(
    ['Ana', 'Ben'].map((participantName) =>
      joinRoom(app, {
        livekitUrl: config.livekit.url,
        roomName,
        participantName,
        ...(hasCamera && { camera }),
      }),
    ),
  );
  /** When all in the call have been told this, in ms since 1970. */
  const everyoneSees = async (status: string) =>
    Math.max(...(await Promise.all(people.map(({ screen }) => screen.shows(status)))));
  return { roomName, everyoneSees, leave: () => Promise.all(people.map(({ leave }) => leave())) };
}
type Call = Awaited<ReturnType<typeof openCall>>;

/** When the first bytes of a video have come, in ms since 1970. */
async function whenPlayable(name: string): Promise<number> {
  const response = await fetch(`${app.url}/recordings/${encodeURIComponent(name)}`, {
    headers: { range: 'bytes=0-65535' },
  });
  await response.arrayBuffer();
  if (response.status !== 206) throw new Error(`the video of ${name}: ${response.status}`);
  return now();
}

/** Records a call by the app: how long each part of it took, in ms. */
async function recordByApp({ roomName, everyoneSees }: Call) {
  const starting = everyoneSees('starting');
  const recording = everyoneSees('recording');
  const clickedStart = now();
  const begun = await app.call('recordings.start', { roomName, quality: '480p' });
  const answered = now();
  const { id, name }: { id: string; name: string } = begun;
  const active = await bare.when(id, 'recording');
  const [startingAt, recordingAt] = await Promise.all([starting, recording]);
  const page = await pageMarks(id);
  await sleep(recordFor);

  const ready = everyoneSees('ready');
  const listed = library.screen.shows('recording-ready');
  const complete = bare.when(id, 'ready');
  const clickedStop = now();
  await app.call('recordings.stop', { roomName });
  const [completeAt] = await Promise.all([complete, ready, listed]);
  const playable = await whenPlayable(name);

  const { navigation = Number.NaN, join = Number.NaN, joined = Number.NaN, start = Number.NaN } = page;
  const playing = logged(id, 'pipeline playing');
  return {
    showStarting: startingAt - clickedStart,
    showRecording: recordingAt - active,
    stop: playable - clickedStop,
    complete: completeAt - clickedStop,
    afterComplete: playable - completeAt,
    accept: answered - clickedStart,
    chrome: navigation - answered,
    load: join - navigation,
    join: joined - join,
    pictures: start - joined,
    ourPart: start - navigation - (joined - join),
    pipeline: playing - start,
    told: active - playing,
    active: active - clickedStart,
  };
}
type Measured = Awaited<ReturnType<typeof recordByApp>>;

/** Records a call by LiveKit's own client: how long its end took, in ms. */
async function recordBare({ roomName }: Call): Promise<number> {
  const id = await bare.start(roomName);
  await bare.when(id, 'recording');
  await sleep(recordFor);
  const stopped = now();
  await bare.stop(id);
  return (await bare.when(id, 'ready')) - stopped;
}

const call = await openCall(true);
const byApp: Measured[] = [];
const stopBare: number[] = [];
for (let round = 0; round < rounds; round++) {
  byApp.push(await recordByApp(call));
  stopBare.push(await recordBare(call));
}
await call.leave();

const silentCall = await openCall(false);
const withoutCameras: Measured[] = [];
for (let round = 0; round < rounds / 2; round++) withoutCameras.push(await recordByApp(silentCall));
await silentCall.leave();

const all = (part: keyof Measured, of = byApp): number[] => of.map((one) => one[part]);
const unit = 'ms';
const part = (what: string, name: keyof Measured): Row => ({
  what: `· ${what}, median`,
  value: median(all(name)),
  unit,
});

printTable([
  {
    ...{ what: 'stop clicked → ready and playable for everyone, p95', value: p95(all('stop')), unit },
    compared: { what: "Egress's own StopEgress → COMPLETE, p95", value: p95(stopBare) },
    target: 1.1 * p95(stopBare) + 200,
  },
  {
    ...{ what: 'the same, median', value: median(all('stop')), unit },
    compared: { what: "Egress's own, median", value: median(stopBare) },
    target: 1.1 * median(stopBare) + 200,
  },
  part('of this until COMPLETE', 'complete'),
  part('of this behind COMPLETE', 'afterComplete'),
  { what: '· of this behind COMPLETE, p95', value: p95(all('afterComplete')), unit },
  {
    ...{ what: 'start clicked → "starting" on every screen, p95', value: p95(all('showStarting')), unit },
    target: 300,
  },
  {
    ...{ what: 'EGRESS_ACTIVE → "recording" on every screen, p95', value: p95(all('showRecording')), unit },
    target: 300,
  },
  { what: 'start clicked → EGRESS_ACTIVE, median', value: median(all('active')), unit },
  part('LiveKit finds a recorder, which takes the job', 'accept'),
  part('the recorder starts Xvfb and Chromium', 'chrome'),
  part('the page: navigation → join', 'load'),
  part('LiveKit: join', 'join'),
  part('the page: joined → pictures → START_RECORDING', 'pictures'),
  part('Egress: START_RECORDING → pipeline playing', 'pipeline'),
  part('Egress and LiveKit: pipeline playing → EGRESS_ACTIVE', 'told'),
  {
    ...{ what: 'our part of a start, the page without the join, p95', value: p95(all('ourPart')), unit },
    target: 300,
  },
  {
    ...{ what: 'the same, median', value: median(all('ourPart')), unit },
    target: 300,
  },
  // What others do on the machine only ever makes it slower.
  { what: 'the same, the quickest', value: Math.min(...all('ourPart')), unit, target: 300 },
  {
    what: 'the same where nobody sends video, p95',
    value: p95(all('ourPart', withoutCameras)),
    unit,
    target: 300,
  },
  {
    what: 'the same where nobody sends video, the quickest',
    value: Math.min(...all('ourPart', withoutCameras)),
    unit,
    target: 300,
  },
]);

library.leave();
await app.stop();
await dispose();
