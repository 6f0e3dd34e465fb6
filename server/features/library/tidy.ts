import type { FastifyBaseLogger } from 'fastify';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { deleteSegments } from '../../bucket/layout.ts';
import { createBackOff } from '../../lib/back-off.ts';

/** The pauses before the deletion of segments is retried. */
const pauses = { firstMs: 60_000, longestMs: 6 * 60 * 60_000 };

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
  const retries = createBackOff(pauses);

  /**
   * Deletes the segments of a finalised recording: one LIST and one DELETE per 1,000; and the older versions
   * of its file. A failure is logged, and retried after a growing pause at the earliest; never throws.
   */
  return async (name: string): Promise<void> => {
    if (retries.isPausing(name)) return;
    try {
      await deleteSegments(storage, path, name);
      await storage.deleteReplaced(path + name);
      retries.forget(name);
    } catch (error) {
      const pauseMs = retries.pause(name);
      log.warn({ err: error, name }, `segments could not be deleted; again in ${pauseMs} ms`);
    }
  };
}
