import type { FastifyBaseLogger } from 'fastify';
import type { Storage } from '../adapters/s3/bucket.ts';
import { linksRoot } from '../bucket/share-folder.ts';
import { readLink } from '../features/sharing/token.ts';

/**
 * How long an expired link is kept, in ms: until then processes with other clocks can tell it from a revoked
 * one.
 */
const keptMs = 24 * 3_600_000;

/** The most LISTs per run. */
const perRound = 20;

/** Deletes expired links; whether more remain to be listed. */
export type DeleteExpiredLinks = () => Promise<boolean>;

/**
 * Deletes share links that expired more than a day ago; sharing a recording anew deletes its expired ones,
 * this the rest. A link's id carries its expiry. One LIST per 1,000 links, 20 per run, and a DELETE where
 * some have expired.
 * @param path key prefix of the recordings' folder
 */
export function createDeleteExpiredLinks({
  storage,
  path,
  log,
}: {
  storage: Pick<Storage, 'listPage' | 'deleteMany' | 'now'>;
  path: string;
  log: FastifyBaseLogger;
}): DeleteExpiredLinks {
  const folder = linksRoot(path);
  /** The key after which the next run continues. */
  let startAfter: string | undefined;

  const hasExpired = (key: string): boolean => {
    // Beside a link, with a suffix, is what is counted of it.
    const [id = ''] = key.slice(key.lastIndexOf('/') + 1).split('.');
    const link = readLink(id);
    return link !== undefined && link.expiresAt < storage.now().getTime() - keptMs;
  };

  return async () => {
    let links = 0;
    for (let lists = 0; lists < perRound; lists += 1) {
      const { objects, isTruncated } = await storage.listPage({ prefix: folder, startAfter });
      const expired = objects.map(({ key }) => key).filter(hasExpired);
      if (expired.length > 0) await storage.deleteMany(expired);
      links += expired.length;
      startAfter = isTruncated ? objects.at(-1)?.key : undefined;
      if (startAfter === undefined) break;
    }
    if (links > 0) log.info({ links }, 'deleted links that expired more than a day ago');
    return startAfter !== undefined;
  };
}
