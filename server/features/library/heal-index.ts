import { parseRecordingName, type Recording } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { monotonicTime } from '../../lib/clock.ts';
import type { Index } from '../index/store.ts';

/** The pause between two full scans of the index for a name without a time, in ms. */
const scanEveryMs = 10_000;

/** How many missing names are healed concurrently, and the pause before one is tried again, in ms. */
const maxHealing = 4;
const retryAfterMs = 60_000;
const maxRecentlyHealed = 10_000;

/** Heals index entries that turn out to be wrong. */
export function createIndexHealing({
  storage,
  index,
  readRecording,
  log,
}: {
  storage: Pick<Storage, 'deleteMany'>;
  index: Index;
  /** Reads a recording from media and manifest; undefined where there is none. */
  readRecording: (name: string) => Promise<Recording | undefined>;
  log: FastifyBaseLogger;
}) {
  const healing = new Set<string>();

  /** Replaces the entries at a recording's position by those of its media and manifest. */
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
      // A concurrent change may have lost its new entries to our deletion.
      const current = await readRecording(entered.name);
      if (JSON.stringify(current) === JSON.stringify(previous)) return;
      previous = await healOnce(entered);
    }
  }

  /** Heals a recording's entries in the background. */
  function heal(name: string, find: () => Promise<Recording | undefined>): void {
    if (healing.has(name)) return;
    healing.add(name);
    find()
      .then(async (entered) => {
        if (!entered) return;
        await healUntilRight(entered);
        log.info({ name }, 'healed wrong index entries');
      })
      .catch((error: unknown) =>
        log.warn({ err: error, name }, 'wrong index entries could not be healed yet'),
      )
      .finally(() => healing.delete(name));
  }

  let scannedAt = -Infinity;

  const recentlyHealed = new LRUCache<string, true>({ max: maxRecentlyHealed, ttl: retryAfterMs });

  /**
   * Removes the entries of a recording that was requested and is missing. Limited, since clients can make up
   * names.
   */
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

    /** Heals a recording that has two entries in one place. */
    healDuplicate: (entered: Recording): void => heal(entered.name, () => Promise.resolve(entered)),

    /** Heals a recording's entries, until no concurrent change interferes. */
    healUntilRight,
  };
}

export type IndexHealing = ReturnType<typeof createIndexHealing>;
