import type { Recording } from '@reelroom/shared';
import { Webhook } from 'standardwebhooks';
import t from 'tap';
import { z } from 'zod';
import { createNotifications } from '../features/webhooks/outgoing/notifications.ts';
import { recordedLog, silentLog } from './support/log.ts';
import { receiver } from './support/receiver.ts';
import { until } from './support/until.ts';

const secret = `whsec_${Buffer.from('a secret of 24 bytes or more').toString('base64')}`;
const recording = (id: string | number): Recording => ({
  id: `EG_${id}`,
  name: `Équipe "A" 🎥-RM_1-${id}.mp4`,
  roomName: 'Équipe "A" 🎥',
  roomId: 'RM_1',
  startedAt: 1,
  size: 1,
  status: 'ready',
});

const headersSchema = z.object({
  'webhook-id': z.string(),
  'webhook-timestamp': z.string(),
  'webhook-signature': z.string(),
});

const notifications = (urls: string[], log = silentLog, retryDelays = [40, 80, 160, 320]) =>
  createNotifications({ urls, secret, log, retryDelays });

t.test('signed as Standard Webhooks says, to every system', async (t) => {
  const systems = [await receiver(t), await receiver(t)];
  const { notify, close } = notifications(systems.map(({ url }) => url));
  notify('recording.ready', recording(1));
  for (const { heard } of systems) {
    const { headers, body } = await until('the webhook', async () => heard[0]);
    t.same(Object.keys(JSON.parse(body)), ['type', 'timestamp', 'data']);
    const verified = new Webhook(secret).verify(body, headersSchema.parse(headers));
    t.match(verified, { type: 'recording.ready', data: recording(1) });
    t.match(JSON.parse(body).timestamp, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    t.equal(headers['content-type'], 'application/json');
    t.throws(() => new Webhook(secret).verify(`${body} `, headersSchema.parse(headers)));
  }
  await close();
});

t.test('tried again, ever later, with the same id, signed anew', async (t) => {
  const { url, heard } = await receiver(t, (number) => (number < 4 ? [500, 302, 404][number - 1] : 204));
  const { log, lines } = recordedLog();
  const { notify, close } = notifications([url], log);
  notify('recording.failed', recording(1));
  await until('four tries', async () => heard.length === 4);
  t.equal(new Set(heard.map(({ headers }) => headers['webhook-id'])).size, 1);
  for (const { body, headers } of heard) new Webhook(secret).verify(body, headersSchema.parse(headers));
  for (const [index, atLeast] of [30, 60, 120].entries()) {
    const [before, after] = heard.slice(index, index + 2);
    t.ok(Number(after?.at) - Number(before?.at) >= atLeast - 5, `try ${index + 2}`);
  }
  await close();
  t.same(lines, Array(3).fill('warn: a webhook is retried'), 'delivered in the end');
});

t.test('after five tries it is given up and logged; nobody there counts as a try', async (t) => {
  const { url, heard } = await receiver(t, () => 500);
  const { log, lines } = recordedLog();
  const { notify, close } = notifications([url, 'http://127.0.0.1:9'], log, [1, 1, 1, 1]);
  notify('recording.started', recording(1));
  await until('both given up', async () => lines.filter((line) => line.startsWith('error')).length === 2);
  t.equal(heard.length, 5);
  t.equal(lines.length, 10);
  await close();
});

t.test('the same fact has the same id, from whichever process; another has another', async (t) => {
  const { url, heard } = await receiver(t);
  const [one, other] = [notifications([url]), notifications([url])];
  one.notify('recording.ready', recording(1));
  other.notify('recording.ready', recording(1));
  other.notify('recording.deleted', recording(1));
  one.notify('recording.ready', recording(2));
  await until('all', async () => heard.length === 4);
  t.equal(new Set(heard.map(({ headers }) => headers['webhook-id'])).size, 3);
  await Promise.all([one.close(), other.close()]);
});

t.test('410: nothing more is sent there', async (t) => {
  const { url, heard } = await receiver(t, () => 410);
  const { log, lines } = recordedLog();
  const { notify, close } = notifications([url], log);
  notify('recording.ready', recording(1));
  await until('it to be given up', async () => lines.length === 1);
  notify('recording.ready', recording(2));
  await close();
  t.equal(heard.length, 1);
  t.same(lines, Array(2).fill('error: a webhook was not delivered'));
});

t.test(
  'bounded: eight at once, 1,000 waiting, the oldest gives way; another system does not wait',
  async (t) => {
    const silent = await receiver(t, () => undefined);
    const quick = await receiver(t);
    const { log, lines } = recordedLog();
    const { notify, close } = notifications([silent.url, quick.url], log);
    for (let id = 0; id < 1_008; id += 1) notify('recording.ready', recording(id));
    await until('the quick one to have all of what it kept', async () => quick.heard.length >= 1_008, 30_000);
    t.same(lines, [], 'all of them fit');
    t.ok(quick.mostOpen() <= 8, `${quick.mostOpen()} at once`);
    notify('recording.ready', recording('one too many'));
    t.same(lines, ['error: a webhook was not delivered']);
    await until('eight at once', async () => silent.heard.length === 8);
    await until('the quick one to have all', async () => quick.heard.length === 1_009);

    const since = Date.now();
    await close();
    t.ok(Date.now() - since < 3_000, 'and a system that is silent does not hold up the end');
    t.equal(lines.length, 1_009, 'what was not delivered is logged');
  },
);

t.test('closing lets a request end, and gives up waits for another try', async (t) => {
  const { url, heard } = await receiver(t, (number) => (number === 1 ? 500 : 200));
  const { log, lines } = recordedLog();
  const { notify, close } = notifications([url], log, [60_000]);
  notify('recording.ready', recording(1));
  await until('it to wait for another try', async () => lines.length === 1);
  notify('recording.ready', recording(2));
  const since = Date.now();
  await close();
  t.ok(Date.now() - since < 1_000);
  t.equal(heard.length, 2);
  notify('recording.ready', recording(3));
  t.same(lines, [
    'warn: a webhook is retried',
    'error: a webhook was not delivered',
    'error: a webhook was not delivered',
  ]);
});

t.test('a secret that is none is refused', async (t) => {
  t.throws(() => createNotifications({ urls: ['http://localhost'], secret: 'whsec_?', log: silentLog }));
});
