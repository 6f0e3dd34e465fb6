import type { FastifyBaseLogger } from 'fastify';
import { maxKeysPerRequest } from '../adapters/s3/deletes.ts';
import type { Storage } from '../adapters/s3/bucket.ts';
import { allLinks } from '../bucket/share-folder.ts';
import { readLink } from '../features/sharing/token.ts';

/** How long a link stays after it has expired, in ms: until then clocks that differ tell it from one that was taken back. */
const keptMs = 24 * 3_600_000;

/** How many LISTs a round makes at most. */
const perRound = 20;

/** Deletes expired links; answers whether there is more to look through. */
export type ClearLinks = () => Promise<boolean>;

/**
 * Deletes links that expired more than a day ago, of recordings that nobody shares again. An id says for ever when
 * its link expires, so none is taken for another. A LIST for each 1,000 links, 20 in a round, and a
 * DELETE where some have expired.
 * @param path key prefix of the recordings' folder
 */
export function createExpiredLinks({
  storage,
  path,
  log,
}: {
  storage: Pick<Storage, 'listPage' | 'deleteMany' | 'now'>;
  path: string;
  log: FastifyBaseLogger;
}): ClearLinks {
  const folder = allLinks(path);
  /** Behind what was looked through. */
  let startAfter: string | undefined;

  const hasExpired = (key: string): boolean => {
    const link = readLink(key.slice(key.lastIndexOf('/') + 1));
    return link !== undefined && link.expiresAt < storage.now().getTime() - keptMs;
  };

  return async () => {
    let links = 0;
    for (let lists = 0; lists < perRound; lists += 1) {
      const { objects, isTruncated } = await storage.listPage({
        prefix: folder,
        startAfter,
        limit: maxKeysPerRequest,
      });
      const expired = objects.map(({ key }) => key).filter(hasExpired);
      if (expired.length > 0) await storage.deleteMany(expired);
      links += expired.length;
      startAfter = isTruncated ? objects.at(-1)?.key : undefined;
      if (startAfter === undefined) break;
    }
    if (links > 0) log.info({ links }, 'links that expired more than a day ago are deleted');
    return startAfter !== undefined;
  };
}
