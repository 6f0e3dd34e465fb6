import { mediaSuffix } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { Storage } from '../adapters/s3/bucket.ts';

/** The age from which an upload of ours counts as abandoned, in ms. */
const abandonedAfterMs = 24 * 3_600_000;

/**
 * Aborts multipart uploads whose process or recorder has died: S3 keeps and bills their parts, which no LIST
 * shows. Only keys of recorders and of ours below the recordings' folder: the bucket may be shared. One
 * request per 1,000 uploads, and one for each aborted.
 * @param path key prefix of the recordings' folder
 */
export const createAbortUploads =
  ({
    storage,
    path,
    log,
  }: {
    storage: Pick<Storage, 'abortUploads' | 'now'>;
    path: string;
    log: FastifyBaseLogger;
  }) =>
  async (): Promise<void> => {
    const isOurs = (key: string) =>
      key.startsWith(`${path}.reelroom/`) ||
      (key.endsWith(mediaSuffix) && !key.slice(path.length).includes('/'));
    const uploads = await storage.abortUploads(
      path,
      ({ key, initiatedAt }) =>
        isOurs(key) && storage.now().getTime() - initiatedAt.getTime() > abandonedAfterMs,
    );
    if (uploads > 0) log.info({ uploads }, 'aborted uploads that were abandoned more than a day ago');
  };
