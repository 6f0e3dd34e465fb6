import type { FastifyBaseLogger } from 'fastify';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { deleteSegments } from '../../bucket/layout.ts';
import { monotonicTime } from '../../lib/clock.ts';

/** After how long, in ms, segments are deleted again that S3 would not delete: doubled each time. */
const firstPauseMs = 60_000;
const longestPauseMs = 6 * 60 * 60_000;

/** Takes away what recordings that have ended need no more. */
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
  /** When segments that S3 would not delete are due again, by the monotonic clock, by name. */
  const retries = new Map<string, { dueAt: number; pauseMs: number }>();

  /**
   * Deletes the segments of a recording that needs them no more: one LIST and one DELETE per
   * 1,000; and of its file what a bucket with versions keeps of it as it was before. Where S3 refuses that, the log says so, and it is tried again no sooner than after a
   * pause that grows; never throws.
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
      log.warn({ err: error, name }, `segments that are not needed any more stay; again in ${pauseMs} ms`);
    }
  };
}
