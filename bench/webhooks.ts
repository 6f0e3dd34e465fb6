import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../server/app.ts';
import { livekitClients } from '../server/test/support/build.ts';
import { signWebhook } from '../server/test/support/webhook.ts';
import { startApp } from './support/app.ts';
import { createBareEgress } from './support/bare-egress.ts';
import { printTable } from './support/table.ts';
import { median, now, p95 } from './support/time.ts';

// Webhooks at the rate of a busy LiveKit, to one app process which has a recording under way,
// for a minute: how long each takes, and whether memory grows.

const perMinute = 5_000;
const minuteMs = 60_000;
/** What the process takes once, such as compiled code, is not growth. */
const warmUpMs = 10_000;
const megabyte = 2 ** 20;

const config = loadConfig({ ...process.env, S3_BUCKET: 'bench-webhooks' });
const app = await startApp(config.s3.bucket, {
  port: config.port,
  nodeArgs: ['--expose-gc', '--import', './bench/support/report-memory.ts'],
});
const { egress, rooms } = livekitClients(config);
const agent = new Agent({ keepAlive: true });

/** Sends a request as LiveKit does: how long the answer took, in ms. */
async function timed(method: string, path: string, body = '', authorization = ''): Promise<number> {
  const began = now();
  const headers = { authorization, 'content-type': 'application/webhook+json' };
  const sent = request(app.url + path, { agent, method, headers }).end(body);
  const [response] = await once(sent, 'response');
  const answer = await text(response);
  if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode} ${answer}`);
  return now() - began;
}

async function memory(): Promise<{ rss: number; heapUsed: number }> {
  const answer = once(app.child, 'message');
  app.child.kill('SIGUSR2');
  const [message] = await answer;
  return message;
}

const roomName = `bench ${randomUUID().slice(0, 8)}`;
const room = await rooms.createRoom({ name: roomName, emptyTimeout: 300 });
const { id } = await app.call('recordings.start', { roomName, quality: '480p' });
await createBareEgress(config).when(id, 'recording');
const [live] = await egress.listEgress({ egressId: id });

/** An update of the live recording, one of an egress that is not the app's, an event of a room. */
const events: Record<string, () => object> = {
  live: () => ({ event: 'egress_updated', egressInfo: live?.toJson() }),
  foreign: () => ({
    event: 'egress_updated',
    egressInfo: {
      egressId: `EG_${randomUUID()}`,
      roomName: 'elsewhere',
      status: 'EGRESS_ACTIVE',
      fileResults: [{ filename: 'elsewhere/video.mp4' }],
    },
  }),
  room: () => ({ event: 'track_published', room: { sid: room.sid, name: roomName } }),
};

/** Sends webhooks of every kind, in turns, at the rate: how long each took, in ms, by its kind. */
async function send(forMs: number): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>(Object.keys(events).map((kind) => [kind, []]));
  times.set('healthz', []);
  const under: Promise<void>[] = [];
  const began = now();
  const count = (perMinute * forMs) / minuteMs;
  for (let index = 0; index < count; index++) {
    await sleep(Math.max(0, began + (index * minuteMs) / perMinute - now()));
    const [kind = '', make] = Object.entries(events)[index % Object.keys(events).length] ?? [];
    const body = JSON.stringify({ ...make?.(), id: `EV_${randomUUID()}`, createdAt: String(Date.now()) });
    const authorization = await signWebhook(body, config.livekit);
    under.push(
      timed('POST', '/livekit/webhook', body, authorization).then((time) => {
        times.get(kind)?.push(time);
      }),
    );
    // For comparison, so that it meets with the same load.
    if (index % 10 === 0)
      under.push(timed('GET', '/healthz').then((time) => void times.get('healthz')?.push(time)));
  }
  await Promise.all(under);
  return times;
}

await send(warmUpMs);
const before = await memory();
const began = now();
const times = await send(minuteMs);
const took = now() - began;
const after = await memory();

const of = (kind: string) => times.get(kind) ?? [];
const all = Object.keys(events).flatMap(of);
const compared = { what: 'GET /healthz meanwhile, p95', value: p95(of('healthz')) };
const unit = 'ms';
printTable([
  { what: 'webhooks a minute', value: (all.length * minuteMs) / took, unit: '' },
  { what: 'egress_updated of a live recording, p95', value: p95(of('live')), unit, compared, target: 20 },
  { what: 'egress_updated of a foreign egress, p95', value: p95(of('foreign')), unit, compared, target: 20 },
  { what: 'another event of a room, p95', value: p95(of('room')), unit, compared, target: 20 },
  {
    ...{ what: 'any webhook, median', value: median(all), unit },
    compared: { what: 'GET /healthz, median', value: median(of('healthz')) },
  },
  {
    what: 'growth of the heap within the minute',
    value: (after.heapUsed - before.heapUsed) / megabyte,
    unit: 'MiB',
    compared: { what: 'the heap before', value: before.heapUsed / megabyte },
    target: 2,
  },
  {
    what: 'growth of the process (RSS) within the minute',
    value: (after.rss - before.rss) / megabyte,
    unit: 'MiB',
    compared: { what: 'the process before', value: before.rss / megabyte },
  },
]);

await egress.stopEgress(id);
agent.destroy();
await app.stop();
