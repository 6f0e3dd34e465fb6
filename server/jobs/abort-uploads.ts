import { mediaSuffix } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { Storage } from '../adapters/s3/bucket.ts';

/** How old, in ms, an upload of ours is that nobody completes any more. */
const brokenMs = 24 * 3_600_000;

/**
 * Aborts what was left of uploads whose process, or recorder, has died: S3 keeps their parts, which cost and are in
 * no list. Only below the recordings' folder, and only what recorders and we put there: somebody else may use the
 * bucket. A request a thousand of them, and one for each.
 * @param path key prefix of the recordings' folder
 */
export const createBrokenUploads =
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
      ({ key, initiatedAt }) => isOurs(key) && storage.now().getTime() - initiatedAt.getTime() > brokenMs,
    );
    if (uploads > 0) log.info({ uploads }, 'uploads that broke off more than a day ago are aborted');
  };
