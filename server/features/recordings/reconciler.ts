import type { FastifyBaseLogger } from 'fastify';
import { repeat } from '../../repeat.ts';
import type { System } from '../system/system.ts';
import type { Lifecycle } from './lifecycle.ts';

/** How often LiveKit is asked, in ms: while something is under way, and else. */
const busyIntervalMs = 1_000;
const idleIntervalMs = 5_000;

/** How often what may take long is done, in ms: looking through the bucket, making recordings whole. */
const choresIntervalMs = 20_000;

/**
 * Asks again and again how things are, whether LiveKit and S3 are there, what became of
 * the recordings and which rooms wait for one, so that nothing depends on webhooks, nor
 * on this process having been there all the time.
 * @returns ends it; resolves when what is under way is over
 */
export function startReconciler({
  lifecycle,
  lookAtRooms,
  sweep,
  system,
  log,
}: {
  lifecycle: Lifecycle;
  /** Puts right what rooms are shown, and records those that wait for it. */
  lookAtRooms: () => Promise<void>;
  /** Looks through the bucket for recordings that nobody sees through. */
  sweep: () => Promise<void>;
  system: System;
  log: FastifyBaseLogger;
}): () => Promise<void> {
  let checkedAt = 0;
  let hasCaughtUp = false;

  const unlessItFails = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => log.warn({ err: error }, 'recordings were not reconciled'));

  async function round(): Promise<void> {
    const isDue = Date.now() - checkedAt >= idleIntervalMs;
    if (isDue || !system.isReady()) {
      await system.check();
      checkedAt = Date.now();
    }
    if (!system.isReady()) return;
    await unlessItFails(lifecycle.reconcile());
    // Not before: a room whose recording has ended is shown so, and does not wait any more.
    if (isDue) await unlessItFails(lookAtRooms());
  }

  async function chores(): Promise<void> {
    if (!hasCaughtUp) await lifecycle.catchUp();
    hasCaughtUp = true;
    await sweep();
  }

  const stopRounds = repeat(round, () =>
    lifecycle.isBusy() || !system.isReady() ? busyIntervalMs : idleIntervalMs,
  );
  const stopChores = repeat(
    async () => {
      if (system.isReady()) await unlessItFails(chores());
    },
    () => (hasCaughtUp ? choresIntervalMs : busyIntervalMs),
  );
  return async () => {
    await Promise.all([stopRounds(), stopChores()]);
  };
}
