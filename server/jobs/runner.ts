import type { FastifyBaseLogger } from 'fastify';
import { monotonicTime } from '../lib/clock.ts';
import type { Dependency, System } from '../features/system/system.ts';
import { untilEnded } from '../lib/until-ended.ts';
import { repeat } from './repeat.ts';

/** How often a job is looked at, in ms: whether it is due, and whether what it needs is there. */
const tickMs = 250;

/** Something that is done again and again. */
export interface Job {
  /** As the log calls it. */
  name: string;
  /** What it cannot do without; while that is away it waits. */
  needs: readonly Dependency[];
  /** Whether it is enough that one app process of the library does it. */
  isOwned?: boolean;
  /** How long after it was done it is due again, in ms, as things are. */
  pauseMs: () => number;
  run: () => Promise<void>;
}

/**
 * Does each job again and again, by itself: neither that one fails nor that one takes long
 * is anything to the others. What is due of those that are owned is due anew for each owner.
 * @returns ends them, within a second or so
 */
export function startJobs(
  jobs: readonly Job[],
  {
    system,
    isOwner,
    log,
  }: { system: Pick<System, 'isUp' | 'reportFailure'>; isOwner: () => boolean; log: FastifyBaseLogger },
): () => Promise<void> {
  const stops = jobs.map(({ name, needs, isOwned, pauseMs, run }) => {
    let doneAt = -Infinity;
    return repeat(
      async () => {
        if (isOwned && !isOwner()) {
          doneAt = -Infinity;
          return;
        }
        if (monotonicTime() - doneAt < pauseMs() || !needs.every(system.isUp)) return;
        try {
          await run();
        } catch (error) {
          system.reportFailure(error);
          log.warn({ err: error, job: name }, 'a job failed: it is done again');
        }
        doneAt = monotonicTime();
      },
      () => tickMs,
    );
  });
  return () => untilEnded(Promise.all(stops.map((stop) => stop())));
}
