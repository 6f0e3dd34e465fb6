import { z } from 'zod';
import { wallTime } from '../../lib/clock.ts';
import { tooManyAttempts } from '../../lib/errors.ts';
import { parseJson } from '../../lib/parse-json.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { isContended, swapJson } from '../../adapters/s3/swap.ts';

/** How many wrong passwords a link takes, and in what time, in ms. */
const maxAttempts = 10;
const windowMs = 15 * 60_000;

const countSchema = z.object({ since: z.number(), count: z.number() }).catch({ since: 0, count: 0 });

const parseCount = (text: string | undefined) => parseJson(countSchema, text) ?? { since: 0, count: 0 };

/**
 * Counts the wrong passwords of a link in the bucket, by compare and swap: the limit is that of all processes
 * together. An attempt is counted before it is made, and given back if it was right.
 */
export function createAttempts({ storage }: { storage: Pick<Storage, 'getTextAndEtag' | 'putJson'> }) {
  /** Writes a link's count; undefined from `next` leaves it. Two requests per try. */
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
      // So many at once are no people.
      throw isContended(error) ? tooManyAttempts() : error;
    }
  }

  return {
    /**
     * Counts an attempt at the link whose count is at `key`: a GET and a PUT.
     * @throws {ReelroomError} TOO_MANY_ATTEMPTS
     */
    begin: (key: string): Promise<void> =>
      swap(key, ({ since, count }) => {
        if (wallTime() - since > windowMs) return { since: wallTime(), count: 1 };
        if (count >= maxAttempts) throw tooManyAttempts();
        return { since, count: count + 1 };
      }),

    /** Takes an attempt back that was right: a GET and a PUT. */
    giveBack: (key: string): Promise<void> =>
      swap(key, ({ since, count }) => (count > 0 ? { since, count: count - 1 } : undefined)),
  };
}
