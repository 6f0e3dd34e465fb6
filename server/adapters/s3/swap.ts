import { setTimeout as sleep } from 'node:timers/promises';
import { storageUnavailable } from '../../lib/errors.ts';
import type { Storage } from './bucket.ts';
import { ConditionNotMet, ifUnchanged } from './conditions.ts';

/** How often a swap is tried. */
const maxTries = 20;

/** The longest pause after the first try, doubled after each, and the longest of all, in ms. */
const firstPauseMs = 10;
const longestPauseMs = 250;

/** Whether a swap failed because others wrote the object at each try. */
export const isContended = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof ConditionNotMet;

/**
 * Changes an object by compare and swap: reads it, and writes what `change` makes of it if nobody else has
 * written it since; otherwise again, after a random pause. Two requests per try, or as many as `read` makes and
 * one; twenty tries.
 * @param read the object as it is stored, with its ETag; without one there must be no object
 * @param change what to store; undefined leaves the object as it is
 * @returns what was read by the last try, and what was stored
 * @throws {ReelroomError} STORAGE_UNAVAILABLE where others wrote it at each try: see {@link isContended}
 */
export async function swapJson<Seen extends { etag: string | undefined }, Changed extends object>(
  storage: Pick<Storage, 'putJson'>,
  key: string,
  read: () => Promise<Seen>,
  change: (seen: Seen) => Changed | undefined,
): Promise<{ seen: Seen; stored: Changed | undefined }> {
  for (let tries = 1; ; tries += 1) {
    const seen = await read();
    const stored = change(seen);
    if (!stored) return { seen, stored };
    try {
      await storage.putJson(key, stored, ifUnchanged(seen.etag));
      return { seen, stored };
    } catch (error) {
      if (!(error instanceof ConditionNotMet)) throw error;
      if (tries === maxTries) throw storageUnavailable(error);
      // Those that failed together must not try again together.
      await sleep(Math.random() * Math.min(firstPauseMs * 2 ** tries, longestPauseMs));
    }
  }
}
