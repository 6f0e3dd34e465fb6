import type { FastifyBaseLogger } from 'fastify';
import type { Lifecycle } from './lifecycle.ts';
import type { System } from '../system/system.ts';

/** How often LiveKit is asked, in ms: while something is under way, and else. */
const busyIntervalMs = 1_000;
const idleIntervalMs = 5_000;

/**
 * Asks again and again how things are, whether LiveKit and S3 are there and what
 * became of the recordings, so that nothing depends on webhooks. Never two rounds at once.
 * @returns ends it; resolves when the last round is over
 */
export function startReconciler({
  lifecycle,
  system,
  log,
}: {
  lifecycle: Lifecycle;
  system: System;
  log: FastifyBaseLogger;
}): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let checkedAt = 0;

  async function round(): Promise<void> {
    if (!system.isReady() || Date.now() - checkedAt >= idleIntervalMs) {
      await system.check();
      checkedAt = Date.now();
    }
    if (system.isReady())
      await lifecycle
        .reconcile()
        .catch((error: unknown) => log.warn({ err: error }, 'recordings were not reconciled'));
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
