import type { FastifyBaseLogger } from 'fastify';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { deleteSegments } from '../../bucket/layout.ts';
import { monotonicTime } from '../../lib/clock.ts';

/** The pause before the deletion of segments is retried, in ms: doubled each time. */
const firstPauseMs = 60_000;
const longestPauseMs = 6 * 60 * 60_000;

/** Deletes what finalised recordings no longer need. */
export function createTidy({
  storage,
  path,
  log,
}: {
  storage: Storage;
  /** Key prefix of the recordings' folder. */
  path: string;
  log: FastifyBaseLogger;
}) {
  /** When the deletion of segments is retried, by the monotonic clock, by name. */
  const retries = new Map<string, { dueAt: number; pauseMs: number }>();

  /**
   * Deletes the segments of a finalised recording: one LIST and one DELETE per 1,000; and the older versions
   * of its file. A failure is logged, and retried after a growing pause at the earliest; never throws.
   */
  return async (name: string): Promise<void> => {
    const { dueAt = 0, pauseMs = firstPauseMs } = retries.get(name) ?? {};
    if (monotonicTime() < dueAt) return;
    try {
      await deleteSegments(storage, path, name);
      await storage.deleteReplaced(path + name);
      retries.delete(name);
    } catch (error) {
      retries.set(name, {
        dueAt: monotonicTime() + pauseMs,
        pauseMs: Math.min(2 * pauseMs, longestPauseMs),
      });
      log.warn({ err: error, name }, `segments could not be deleted; again in ${pauseMs} ms`);
    }
  };
}
