import type { JobStatus } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { monotonicTime, wallTime } from '../lib/clock.ts';
import { toReelroomError } from '../lib/errors.ts';
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
 * @returns `stop` stops them, within a second or so; `status` is each job's last run, without a request
 */
export function startJobs(
  jobs: readonly Job[],
  {
    system,
    isOwner,
    log,
  }: { system: Pick<System, 'isUp' | 'reportFailure'>; isOwner: () => boolean; log: FastifyBaseLogger },
): { stop: () => Promise<void>; status: () => JobStatus[] } {
  const lastRuns = new Map<string, Pick<JobStatus, 'lastRunAt' | 'error'>>();
  const stops = jobs.map(({ name, needs, isOwned, pauseMs, run }) => {
    let doneAt = -Infinity;
    return repeat(
      async () => {
        if (isOwned && !isOwner()) {
          doneAt = -Infinity;
          return;
        }
        if (monotonicTime() - doneAt < pauseMs() || !needs.every(system.isUp)) return;
        let code: string | undefined;
        try {
          await run();
        } catch (error) {
          code = toReelroomError(error).code;
          system.reportFailure(error);
          log.warn({ err: error, job: name }, 'a job failed: it is retried');
        }
        lastRuns.set(name, { lastRunAt: wallTime(), error: code });
        doneAt = monotonicTime();
      },
      () => tickMs,
    );
  });
  return {
    stop: () => untilEnded(Promise.all(stops.map((stop) => stop()))),
    status: () => jobs.map(({ name }) => ({ name, ...lastRuns.get(name) })),
  };
}
