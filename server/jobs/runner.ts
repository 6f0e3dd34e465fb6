import type { FastifyBaseLogger } from 'fastify';
import { monotonicTime } from '../lib/clock.ts';
import type { Dependency, System } from '../features/system/system.ts';
import { untilEnded } from '../lib/until-ended.ts';
import { repeat } from './repeat.ts';

/** How often each job is checked, in ms: whether it is due, and its dependencies are up. */
const tickMs = 250;

/** A periodic background job. */
export interface Job {
  /** Its name in the log. */
  name: string;
  /** Its dependencies; it waits while one is down. */
  needs: readonly Dependency[];
  /** Whether only the library's owner process runs it. */
  isOwned?: boolean;
  /** The pause until the next run, in ms, evaluated continuously. */
  pauseMs: () => number;
  run: () => Promise<void>;
}

/**
 * Runs each job repeatedly and independently: a slow or failed job does not affect the others. Owned jobs are
 * due at once for a new owner.
 * @returns stops them, within a second or so
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
          log.warn({ err: error, job: name }, 'a job failed: it is retried');
        }
        doneAt = monotonicTime();
      },
      () => tickMs,
    );
  });
  return () => untilEnded(Promise.all(stops.map((stop) => stop())));
}
