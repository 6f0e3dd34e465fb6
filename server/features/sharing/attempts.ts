import { z } from 'zod';
import { wallTime } from '../../lib/clock.ts';
import { tooManyAttempts } from '../../lib/errors.ts';
import { parseJson } from '../../lib/parse-json.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { isContended, swapJson } from '../../adapters/s3/swap.ts';

/** How many wrong passwords a link accepts per window, and the window, in ms. */
const maxAttempts = 10;
const windowMs = 15 * 60_000;

const countSchema = z.object({ since: z.number(), count: z.number() }).catch({ since: 0, count: 0 });

const parseCount = (text: string | undefined) => parseJson(countSchema, text) ?? { since: 0, count: 0 };

/**
 * Counts wrong passwords per link in the bucket, by compare and swap, so that the limit holds for all processes
 * together. An attempt is counted before the password is checked, and subtracted if it was right.
 */
export function createAttempts({ storage }: { storage: Pick<Storage, 'getTextAndEtag' | 'putJson'> }) {
  /** Updates a link's count, unless `next` returns undefined. Two requests per try. */
  async function swap(
    key: string,
    next: (count: z.infer<typeof countSchema>) => z.infer<typeof countSchema> | undefined,
  ): Promise<void> {
    const read = async () => {
      const found = await storage.getTextAndEtag(key);
      return { count: parseCount(found?.text), etag: found?.etag };
    };
    try {
      await swapJson(storage, key, read, ({ count }) => next(count));
    } catch (error) {
      // People do not make so many attempts at once.
      throw isContended(error) ? tooManyAttempts() : error;
    }
  }

  return {
    /**
     * Counts an attempt; `key` is that of the link's count. A GET and a PUT.
     * @throws {ReelroomError} TOO_MANY_ATTEMPTS
     */
    begin: (key: string): Promise<void> =>
      swap(key, ({ since, count }) => {
        if (wallTime() - since > windowMs) return { since: wallTime(), count: 1 };
        if (count >= maxAttempts) throw tooManyAttempts();
        return { since, count: count + 1 };
      }),

    /** Subtracts an attempt that was right: a GET and a PUT. */
    giveBack: (key: string): Promise<void> =>
      swap(key, ({ since, count }) => (count > 0 ? { since, count: count - 1 } : undefined)),
  };
}
