import type { FastifyBaseLogger } from 'fastify';
import type { System } from '../system/system.ts';
import type { AutoRecord } from './auto-record.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Sweep } from './sweeper.ts';

/** How often LiveKit is asked, in ms: while something is under way, and else. */
const busyIntervalMs = 1_000;
const idleIntervalMs = 5_000;

/** How often the bucket is looked through for recordings that nobody sees through, in ms. */
const sweepIntervalMs = 20_000;

/**
 * Asks again and again how things are, whether LiveKit and S3 are there, what became of
 * the recordings and which rooms wait for one, so that nothing depends on webhooks, nor
 * on this process having been there all the time. Never two rounds at once.
 * @returns ends it; resolves when the last round is over
 */
export function startReconciler({
  lifecycle,
  autoRecord,
  sweep,
  system,
  log,
}: {
  lifecycle: Lifecycle;
  autoRecord: AutoRecord;
  sweep: Sweep;
  system: System;
  log: FastifyBaseLogger;
}): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let checkedAt = 0;
  let sweptAt = 0;
  let hasCaughtUp = false;

  async function reconcile(): Promise<void> {
    await lifecycle.reconcile();
    if (!hasCaughtUp) await lifecycle.catchUp();
    hasCaughtUp = true;
    if (Date.now() - sweptAt < sweepIntervalMs) return;
    sweptAt = Date.now();
    await sweep();
  }

  async function round(): Promise<void> {
    const isDue = !system.isReady() || Date.now() - checkedAt >= idleIntervalMs;
    if (isDue) {
      await system.check();
      checkedAt = Date.now();
    }
    if (!system.isReady()) return;
    await reconcile().catch((error: unknown) => log.warn({ err: error }, 'recordings were not reconciled'));
    // Not before: a room whose recording has ended does not wait any more.
    if (isDue)
      await autoRecord
        .lookAround()
        .catch((error: unknown) => log.warn({ err: error }, 'rooms were not looked at'));
  }

  let running = Promise.resolve();
  function next(): void {
    running = round().finally(() => {
      if (!stopped)
        timer = setTimeout(next, lifecycle.isBusy() || !system.isReady() ? busyIntervalMs : idleIntervalMs);
    });
  }
  next();

  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
