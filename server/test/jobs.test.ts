import { setTimeout as sleep } from 'node:timers/promises';
import type { JobStatus } from '@reelroom/shared';
import t from 'tap';
import { livekitUnavailable } from '../lib/errors.ts';
import type { Dependency } from '../features/system/system.ts';
import { startJobs, type Job } from '../jobs/runner.ts';
import { serve, testConfig } from './support/build.ts';
import { recordedLog } from './support/log.ts';
import { proxyTo } from './support/proxy.ts';
import { until } from './support/until.ts';

t.setTimeout(120_000);

t.test('each job by itself: what one needs, that it fails or hangs, is nothing to the others', async (t) => {
  const there = new Set<Dependency>(['storage']);
  const failures: unknown[] = [];
  const runs: Record<string, number> = {};
  const job = (name: string, needs: Dependency[], work = async () => undefined): Job => ({
    ...{ name, needs, pauseMs: () => 0 },
    async run() {
      runs[name] = (runs[name] ?? 0) + 1;
      await work();
    },
  });
  let isOwner = false;
  const { log, lines } = recordedLog();
  const { stop, status } = startJobs(
    [
      job('hangs', ['storage'], () => new Promise(() => undefined)),
      job('fails', ['storage'], () => Promise.reject(livekitUnavailable())),
      job('retention', ['storage']),
      job('reconcile', ['livekit']),
      { ...job('catch up', [], async () => undefined), isOwned: true, pauseMs: () => Infinity },
    ],
    {
      system: { isUp: (name) => there.has(name), reportFailure: (error) => failures.push(error) },
      isOwner: () => isOwner,
      log,
    },
  );
  await until('two rounds', async () => (runs.retention ?? 0) > 1 && (runs.fails ?? 0) > 1);
  t.match(runs, { hangs: 1, reconcile: undefined, 'catch up': undefined }, 'LiveKit is away, another owns');
  t.match(failures[0], { code: 'LIVEKIT_UNAVAILABLE' });
  t.match(lines[0], 'warn: a job failed: it is retried');
  t.match(status(), [
    { name: 'hangs', lastRunAt: undefined },
    { name: 'fails', lastRunAt: Number, error: 'LIVEKIT_UNAVAILABLE' },
    { name: 'retention', lastRunAt: Number, error: undefined },
    { name: 'reconcile', lastRunAt: undefined },
    { name: 'catch up', lastRunAt: undefined },
  ]);
  there.delete('storage');
  there.add('livekit');
  await until('LiveKit to be back', async () => (runs.reconcile ?? 0) > 1);

  for (const times of [1, 2]) {
    isOwner = true;
    await until('the owner to catch up', async () => runs['catch up'] === times);
    isOwner = false;
    const before = runs.reconcile ?? 0;
    await until('two rounds', async () => (runs.reconcile ?? 0) > before + 2);
    t.equal(runs['catch up'], times, 'once for each time that it is the owner');
  }

  const since = performance.now();
  await stop();
  t.ok(performance.now() - since < 2_000, 'what hangs does not hold up the end');
});

t.test('an idle app, with pages open, asks S3 twice a minute at most', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const { url, trpc } = await serve(t, testConfig({ S3_ENDPOINT: s3.url, RETENTION_DAYS: '30' }));
  const closing = new AbortController();
  t.teardown(() => closing.abort());
  for (const path of ['recordings.changes', 'rooms.status?input=%7B%22roomName%22%3A%22a%22%7D'])
    t.equal((await fetch(`${url}/trpc/${path}`, { signal: closing.signal })).status, 200);
  await until('the list', async () => !(await trpc.recordings.list.query()).indexing);
  await trpc.recordings.totals.query();

  // What is done at the start is over when nothing is asked any more.
  let seen = -1;
  await until(
    'the app to be idle',
    async () => {
      const isQuiet = seen === s3.requests.length;
      seen = s3.requests.length;
      if (!isQuiet) await sleep(4_000);
      return isQuiet;
    },
    40_000,
  );
  const before = s3.requests.length;
  await sleep(30_000);
  const requests = s3.requests.slice(before);
  t.ok(requests.length <= 1, requests.join(', '));
  const readiness = await (await fetch(`${url}/readyz`)).json();
  t.ok(
    readiness.jobs.some(({ name, lastRunAt }: JobStatus) => name === 'reconcile' && lastRunAt !== undefined),
    'operators see when a job last ran',
  );
});
