import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { recordingSchema, type Recording } from '@reelroom/shared';
import t, { type Test } from 'tap';
import { createNotifications } from '../features/webhooks/outgoing/notifications.ts';
import type { Bucket } from '../features/webhooks/outgoing/outbox.ts';
import { storageUnavailable } from '../lib/errors.ts';
import { readManifest } from '../bucket/manifest.ts';
import { bucketOf, buildServices, testConfig } from './support/build.ts';
import { endedRecording, libraryProcess } from './support/library-process.ts';
import { recordedLog } from './support/log.ts';
import { proxyTo } from './support/proxy.ts';
import { receiver, type Heard } from './support/receiver.ts';
import { makeMp4 } from './support/segments.ts';
import { until } from './support/until.ts';

t.setTimeout(120_000);

const secret = `whsec_${Buffer.from('a secret of 24 bytes or more').toString('base64')}`;
const folder = 'recordings/.reelroom/outbox/';
const hourMs = 3_600_000;

const idsOf = (heard: Heard[]) => heard.map(({ headers }) => headers['webhook-id']);
const typesOf = (heard: Heard[]) => heard.map(({ body }) => JSON.parse(body).type);

const ended = (roomName?: string): Recording => recordingSchema.parse(endedRecording(roomName));

/** What of a bucket is not as it is, and other pauses than by default. */
type Over = Partial<Bucket['storage']> & { retryDelays?: number[] };

/** A bucket, and what several app processes send of it. */
async function library(t: Test) {
  const config = testConfig();
  const bucket = await bucketOf(config);
  return {
    bucket,
    name: config.s3.bucket,
    path: config.recordings.path,
    /** One of the processes, which sends to `urls`. */
    process(urls: string[], { retryDelays, ...over }: Over = { retryDelays: [1, 1, 1] }) {
      const { library, storage } = libraryProcess(t, config);
      const { log, lines } = recordedLog();
      const sends = createNotifications({
        ...{ urls, secret, log },
        retryDelays: [1],
        bucket: {
          storage: { ...storage, ...over },
          path: config.recordings.path,
          readRecording: (name) => readManifest(storage, config.recordings.path + name),
          ...(retryDelays && { retryDelays }),
        },
      });
      t.teardown(() => sends.close());
      return { ...sends, library, lines, look: async () => sends.outbox?.deliver() };
    },
    /** Whether nothing of the outbox is to be sent any more. */
    async isDone(): Promise<boolean> {
      const { storage } = libraryProcess(t, config);
      for await (const { size } of storage.list(folder)) if (size > 0) return false;
      return true;
    },
  };
}

t.test('the receiver is off, the app ends and another begins: sent once, as the same message', async (t) => {
  const { process, isDone } = await library(t);
  const recording = ended();
  let isOff = true;
  const { url, heard } = await receiver(t, () => (isOff ? 503 : 200));
  const one = process([url], { retryDelays: [1, 60_000] });
  one.notify('recording.ready', recording);
  await until('a try', async () => one.lines.length === 1);
  await one.close();
  t.same(one.lines, ['warn: a webhook is retried'], 'it is not given up');

  isOff = false;
  const two = process([url]);
  await until('it to be sent', async () => {
    await two.look();
    return heard.length === 2;
  });
  await until('it to be done', isDone);
  t.equal(new Set(idsOf(heard)).size, 1);
  t.equal(heard[0]?.body, heard[1]?.body);
  // Who hears of the same later.
  const three = process([url]);
  three.notify('recording.ready', recording);
  await three.look();
  await three.close();
  t.equal(heard.length, 2);
  t.same([...two.lines, ...three.lines], []);
});

t.test('the app is killed while the receiver holds its answer: the next one sends it again', async (t) => {
  const { process: next, isDone, name } = await library(t);
  const { url, heard } = await receiver(t, (number) => (number === 1 ? undefined : 200));
  const script = fileURLToPath(new URL('support/outbox-process.ts', import.meta.url));
  const child = fork(script, [url, secret, name, JSON.stringify(ended())]);
  t.teardown(() => child.kill('SIGKILL'));
  await until('it to be sent', async () => heard.length === 1);
  child.kill('SIGKILL');
  const { look, close } = next([url], { now: () => new Date(Date.now() + 20_000) });
  await look();
  await until('it to be taken', isDone);
  await close();
  t.equal(heard.length, 2);
  t.equal(new Set(idsOf(heard)).size, 1);
});

t.test('killed before it was described, or after: sent once it is true, and only then', async (t) => {
  const { process, isDone, bucket, path } = await library(t);
  const { url, heard } = await receiver(t);
  const [ready, failed, neither] = [ended('ready'), ended('failed'), ended('neither')];
  const killed = process([url]);
  for (const { name } of [ready, failed, neither]) await killed.prepare('recording.ready', name);
  await killed.prepare('recording.failed', failed.name);
  await killed.close();

  const next = process([url]);
  await next.look();
  await bucket.put(path + ready.name, 'x');
  await killed.library.describe({ ...ready, size: 1 });
  await killed.library.describe({ ...failed, status: 'failed', failure: 'RECORDER_FAILED' });
  await until('both', async () => {
    await next.look();
    return heard.length >= 2;
  });
  await next.look();
  await next.close();
  t.same(typesOf(heard).sort(), ['recording.failed', 'recording.ready']);
  for (const { body } of heard) {
    const { type, data } = JSON.parse(body);
    t.match(data, { name: type === 'recording.ready' ? ready.name : failed.name, roomId: 'RM_abc' });
  }
  t.notOk(await isDone(), 'what is not true stays for whoever makes it so');
  const last = process([url]);
  await last.prepare('recording.ready', neither.name);
  last.notify('recording.ready', neither);
  await until('that', async () => heard.length === 3);
  await last.close();
});

t.test('two processes hear of the same, and look for what is due: each try is made by one', async (t) => {
  const { process, isDone } = await library(t);
  const all = 24;
  const systems = [await receiver(t), await receiver(t, (number) => (number <= all ? 500 : 200))] as const;
  const urls = systems.map(({ url }) => url);
  const pair = (over: Over) => [process(urls, over), process(urls, over)] as const;
  const recordings = Array.from({ length: all / 2 }, (_, i) => ended(`room ${i}`));
  const hearing = pair({});
  await Promise.all(
    recordings.flatMap((recording) =>
      hearing.map(async ({ prepare, notify }) => {
        await prepare('recording.ready', recording.name);
        notify('recording.ready', recording);
        notify('recording.deleted', recording);
      }),
    ),
  );
  await until('all to be tried', async () => systems.every(({ heard }) => heard.length >= all));
  await Promise.all(hearing.map(({ close }) => close()));
  t.notOk(await isDone());

  // When the second tries are due, and no third ones.
  const looking = pair({ now: () => new Date(Date.now() + 20_000) });
  await Promise.all(looking.map(({ look }) => look()));
  await until('all to be taken', isDone);
  await Promise.all(looking.map(({ close }) => close()));
  t.equal(systems[0].heard.length, all);
  t.equal(systems[1].heard.length, 2 * all);
  for (const { heard } of systems) t.equal(new Set(idsOf(heard)).size, all);
});

t.test('given up when the last try has failed, which is logged; so it stays', async (t) => {
  const { process, isDone } = await library(t);
  const { url, heard } = await receiver(t, () => 500);
  const one = process([url]);
  one.notify('recording.failed', ended());
  await until('it to be given up', async () => {
    await one.look();
    return one.lines.includes('error: a webhook was not delivered');
  });
  await until('that to be stored', isDone);
  const next = process([url]);
  await next.look();
  await Promise.all([one.close(), next.close()]);
  t.equal(heard.length, 4);
  t.same(one.lines, [...Array(3).fill('warn: a webhook is retried'), 'error: a webhook was not delivered']);
  t.same(next.lines, []);
});

t.test('by itself it is tried twelve times, no earlier than is due by the clock of S3', async (t) => {
  const { process } = await library(t);
  const { url, heard } = await receiver(t, () => 500);
  const since = Date.now();
  const one = process([url], {});
  one.notify('recording.ready', ended());
  await until('the first try', async () => one.lines.length === 1);
  await one.close();
  const early = process([url], { now: () => new Date(since) });
  await early.look();
  await early.close();
  t.equal(heard.length, 1);

  const last: string[] = [];
  while (!last.includes('error: a webhook was not delivered') && heard.length < 20) {
    // Another each time: one knows when the next is due.
    const later = process([url], { now: () => new Date(Date.now() + 20.1 * hourMs) });
    const tries = heard.length;
    await later.look();
    await until('another try', async () => heard.length > tries && later.lines.length > 0);
    await later.close();
    last.push(...later.lines);
  }
  t.equal(heard.length, 12);
});

t.test('what was sent is remembered for a day, what nobody sends is given up after three', async (t) => {
  const { process, bucket, isDone } = await library(t);
  const { url } = await receiver(t);
  const one = process([url, 'http://127.0.0.1:9/configured-no-more']);
  one.notify('recording.started', ended());
  await one.prepare('recording.ready', ended().name);
  await until('it to be tried', async () => one.lines.length > 0 && (await bucket.keys(folder)).length === 4);
  await one.close();
  for (const [hours, left, lines] of [
    [24, 4, []],
    [26, 3, []],
    [73, 0, ['error: a webhook was not delivered']],
  ] as const) {
    const later = process([], { now: () => new Date(Date.now() + hours * hourMs) });
    await later.look();
    t.equal((await bucket.keys(folder)).length, left, `after ${hours} hours`);
    t.same(later.lines, lines);
    await later.close();
  }
  t.ok(await isDone());
});

t.test('S3 does not take it: logged, and sent from memory', async (t) => {
  const { process } = await library(t);
  const { url, heard } = await receiver(t, (number) => (number === 1 ? 500 : 200));
  const away = () => Promise.reject(storageUnavailable(new Error('full')));
  const { prepare, notify, close, lines } = process([url], { putJson: away });
  const recording = ended();
  await prepare('recording.ready', recording.name);
  notify('recording.ready', recording);
  await until('two tries', async () => heard.length === 2);
  await close();
  t.same(lines, [
    'warn: a webhook could not be stored yet',
    'warn: a webhook could not be stored: it is sent from memory',
    'warn: a webhook is retried',
  ]);
});

t.test('an app that dies between describing a recording and telling of it: the next one tells', async (t) => {
  const { url, heard } = await receiver(t);
  const config = testConfig({ WEBHOOK_URLS: url, WEBHOOK_SECRET: secret });
  const bucket = await bucketOf(config);
  const { name } = ended();
  await bucket.put(config.recordings.path + name, await makeMp4(t, 1));

  const s3 = await proxyTo(t, config.s3.endpoint);
  // Once the manifest is written nothing more is.
  s3.misbehave((request) => (/^PUT .*\/index\//.test(request) ? { status: 403 } : undefined));
  const dying = await buildServices(t, { ...config, s3: { ...config.s3, endpoint: s3.url } });
  await t.rejects(dying.lifecycle.recover(name));
  dying.stop();
  await dying.close();
  t.equal(heard.length, 0);
  t.equal((await bucket.keys(folder)).length, 1);

  const next = await buildServices(t, config);
  for (const { run } of next.jobs.filter(({ name }) => name.includes('webhooks'))) await run();
  await until('it to be sent', async () => heard.length === 1);
  await next.lifecycle.recover(name);
  await next.library.delete(name);
  await until('that it is deleted', async () => heard.length === 2);
  t.same(typesOf(heard), ['recording.ready', 'recording.deleted']);
});

t.test('nobody is to be told: nothing is written, nor looked for', async (t) => {
  const { jobs } = await buildServices(t, testConfig({ WEBHOOK_SECRET: secret }));
  t.notOk(jobs.some(({ name }) => name.includes('webhooks')));
});
