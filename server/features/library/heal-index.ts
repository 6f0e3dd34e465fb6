import { parseRecordingName, type Recording } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { monotonicTime } from '../../lib/clock.ts';
import type { Index } from '../index/store.ts';

/** How often, in ms, all of the index may be gone through for a name that tells no time. */
const scanEveryMs = 10_000;

/** How many names that are not there are looked for in the index at once, and for how long, in ms, one is not again. */
const maxHealing = 4;
const retryAfterMs = 60_000;
const maxRecentlyHealed = 10_000;

/** Makes right what the index says of recordings, where somebody came upon what it has wrong. */
export function createIndexHealing({
  storage,
  index,
  readRecording,
  log,
}: {
  storage: Pick<Storage, 'deleteMany'>;
  index: Index;
  /** A recording as media and manifest say; nothing where there is none. */
  readRecording: (name: string) => Promise<Recording | undefined>;
  log: FastifyBaseLogger;
}) {
  const healing = new Set<string>();

  /** Makes the entries at one place those that media and manifest ask for. */
  async function healOnce(entered: Recording): Promise<Recording | undefined> {
    const actual = await readRecording(entered.name);
    const expectedKeys = new Set(actual && index.keysOf(actual));
    const existingKeys = (await index.keysAt([entered])).get(entered.name) ?? [];
    if (actual && [...expectedKeys].some((key) => !existingKeys.includes(key))) await index.put(actual);
    await storage.deleteMany(existingKeys.filter((key) => !expectedKeys.has(key)));
    return actual;
  }

  async function healUntilRight(entered: Recording): Promise<void> {
    let previous = await healOnce(entered);
    for (;;) {
      // Somebody may have changed it meanwhile, and lost the new entries to our tidying.
      const current = await readRecording(entered.name);
      if (JSON.stringify(current) === JSON.stringify(previous)) return;
      previous = await healOnce(entered);
    }
  }

  /** Has the entries of a recording made right, some time soon. */
  function heal(name: string, find: () => Promise<Recording | undefined>): void {
    if (healing.has(name)) return;
    healing.add(name);
    find()
      .then(async (entered) => {
        if (!entered) return;
        await healUntilRight(entered);
        log.info({ name }, 'entries of the index that were wrong are made right');
      })
      .catch((error: unknown) =>
        log.warn({ err: error, name }, 'entries of the index are not made right yet'),
      )
      .finally(() => healing.delete(name));
  }

  let scannedAt = -Infinity;

  const recentlyHealed = new LRUCache<string, true>({ max: maxRecentlyHealed, ttl: retryAfterMs });

  /** Somebody asked for a recording that is not there: neither may its entries be. Anybody can make up names. */
  function healMissing(name: string): void {
    if (healing.size >= maxHealing || recentlyHealed.has(name)) return;
    if (!parseRecordingName(name)) {
      if (monotonicTime() - scannedAt < scanEveryMs) return;
      scannedAt = monotonicTime();
    }
    recentlyHealed.set(name, true);
    heal(name, () => index.find(name));
  }

  return {
    healMissing,

    /** Two entries of one recording were seen: one is wrong. */
    healDuplicate: (entered: Recording): void => heal(entered.name, () => Promise.resolve(entered)),

    /** Makes the entries of a recording right now, whatever changes meanwhile. */
    healUntilRight,
  };
}

export type IndexHealing = ReturnType<typeof createIndexHealing>;
