import type { FastifyBaseLogger } from 'fastify';
import pMap from 'p-map';
import { z } from 'zod';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { swapJson } from '../../adapters/s3/swap.ts';
import { parseJson } from '../../lib/parse-json.ts';

/** How many counts are written concurrently. */
const maxConcurrent = 16;

const viewsSchema = z.object({ views: z.number() }).catch({ views: 0 });

/** The key of the link whose views are counted at `key`. */
const linkOf = (key: string) => key.slice(0, key.lastIndexOf('.'));

const parseViews = (text: string | undefined): number => parseJson(viewsSchema, text)?.views ?? 0;

/**
 * Counts views of links, each in an object at the link's key and a suffix; in memory at first, so that many views
 * cost one write. A process that is killed loses the views of the last seconds.
 */
export function createViewCounts({
  storage,
  log,
}: {
  storage: Pick<Storage, 'getText' | 'getTextAndEtag' | 'putJson' | 'head' | 'delete'>;
  log: FastifyBaseLogger;
}) {
  let pending = new Map<string, number>();

  async function write(key: string, views: number): Promise<void> {
    const read = async () => {
      const found = await storage.getTextAndEtag(key);
      // Nothing is left of a link that was revoked meanwhile.
      const isRevoked = !found && (await storage.head(linkOf(key))).status === 404;
      return { isRevoked, before: parseViews(found?.text), etag: found?.etag };
    };
    const { seen, stored } = await swapJson(storage, key, read, ({ isRevoked, before }) =>
      isRevoked ? undefined : { views: before + views },
    );
    // The first count of a link that was revoked while it was written: nobody else deletes it.
    const isFirst = stored !== undefined && seen.etag === undefined;
    if (isFirst && (await storage.head(linkOf(key))).status === 404) await storage.delete(key);
  }

  const add = (key: string, views: number) => pending.set(key, (pending.get(key) ?? 0) + views);

  return {
    /** Counts a view. No request. */
    add: (key: string): void => void add(key, 1),

    hasPending: (): boolean => pending.size > 0,

    /** Stores the counts: a GET and a PUT for each key, for its first count two HEADs more. Failed ones are stored with the next. */
    async write(): Promise<void> {
      const counted = pending;
      pending = new Map();
      await pMap(
        counted,
        ([key, views]) =>
          write(key, views).catch((error: unknown) => {
            log.warn({ err: error }, 'views of a share link are not counted yet');
            add(key, views);
          }),
        { concurrency: maxConcurrent },
      );
    },

    /** The views of a key, with those counted in this process: one GET. */
    get: async (key: string): Promise<number> =>
      parseViews(await storage.getText(key)) + (pending.get(key) ?? 0),
  };
}

export type ViewCounts = ReturnType<typeof createViewCounts>;
