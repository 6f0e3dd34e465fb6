import type { FastifyBaseLogger } from 'fastify';
import type { Storage } from '../adapters/s3/bucket.ts';
import type { StoredObject } from '../adapters/s3/types.ts';

/**
 * How long what has expired is kept, in ms: until then processes with other clocks can tell it from what was
 * revoked.
 */
const keptMs = 24 * 3_600_000;

/** The most LISTs per run. */
const perRound = 20;

/** Deletes what has expired; whether more remains to be listed. */
export type DeleteExpired = () => Promise<boolean>;

/**
 * Deletes the objects of a folder that expired more than a day ago. One LIST per 1,000, 20 per run, and a DELETE
 * where some have expired.
 * @param what the objects, in the log
 * @param expiryOf when an object expires, in ms since 1970; undefined for what is none of ours
 */
export function createDeleteExpired({
  storage,
  folder,
  what,
  expiryOf,
  log,
}: {
  storage: Pick<Storage, 'listPage' | 'deleteMany' | 'now'>;
  folder: string;
  what: string;
  expiryOf: (object: StoredObject) => number | undefined;
  log: FastifyBaseLogger;
}): DeleteExpired {
  /** The key after which the next run continues. */
  let startAfter: string | undefined;

  const hasExpired = (object: StoredObject): boolean =>
    (expiryOf(object) ?? Infinity) < storage.now().getTime() - keptMs;

  return async () => {
    let count = 0;
    for (let lists = 0; lists < perRound; lists += 1) {
      const { objects, isTruncated } = await storage.listPage({ prefix: folder, startAfter });
      const expired = objects.filter(hasExpired).map(({ key }) => key);
      if (expired.length > 0) await storage.deleteMany(expired);
      count += expired.length;
      startAfter = isTruncated ? objects.at(-1)?.key : undefined;
      if (startAfter === undefined) break;
    }
    if (count > 0) log.info({ count }, `deleted ${what} that expired more than a day ago`);
    return startAfter !== undefined;
  };
}
