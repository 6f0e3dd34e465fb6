import { setTimeout as sleep } from 'node:timers/promises';
import type { Recording } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { ConditionNotMet, ifUnchanged } from '../../adapters/s3/conditions.ts';
import { manifestKey, manifestOf } from '../../bucket/manifest.ts';
import type { Tombstones } from '../../bucket/tombstones.ts';
import { isLocked, storageUnavailable, toReelroomError } from '../../lib/errors.ts';
import type { Index } from '../index/store.ts';

/** How often a manifest is written that others write at the same time, and the longest pause before each, in ms. */
const maxSwaps = 20;
const longestPauseMs = 100;

/** Writes manifests by compare and swap, and sees that the index follows. */
export function createManifestWrites({
  storage,
  index,
  tombstones,
  keyOf,
  look,
  log,
}: {
  storage: Storage;
  index: Index;
  tombstones: Pick<Tombstones, 'has'>;
  keyOf: (name: string) => string;
  /** A recording as media and manifest say; nothing where there is none. */
  look: (name: string) => Promise<Recording | undefined>;
  log: FastifyBaseLogger;
}) {
  /**
   * Writes a recording's manifest by compare and swap: `next` says what it is to be, given what is
   * there, and is asked again when that has changed meanwhile. Where S3 has locked the one that is there it `mayStay`
   * as it is. Two requests, or three, for each try.
   */
  async function swapManifest<
    Seen extends { manifest: { text: string; etag: string | undefined } | undefined },
  >(
    name: string,
    see: () => Promise<Seen>,
    next: (seen: Seen) => Recording | undefined,
    { mayStay = false } = {},
  ): Promise<{ seen: Seen; now: Recording | undefined }> {
    for (let swaps = 1; ; swaps += 1) {
      const seen = await see();
      const now = next(seen);
      if (!now) return { seen, now };
      const { text, etag } = seen.manifest ?? {};
      try {
        await storage.putJson(manifestKey(keyOf(name)), manifestOf(now, text), ifUnchanged(etag));
        return { seen, now };
      } catch (error) {
        if (mayStay && isLocked(error)) {
          log.warn(
            { err: error, name },
            'a manifest is locked: what is known of the recording is in the index',
          );
          return { seen, now };
        }
        if (!(error instanceof ConditionNotMet)) throw error;
        if (swaps === maxSwaps) throw storageUnavailable(error);
        await sleep(Math.random() * longestPauseMs);
      }
    }
  }

  /**
   * Whether a recording is there that was written of just now, and not what somebody deleted
   * meanwhile: that is taken back. Its media goes before its entries are looked for the last
   * time, so that one of the two finds what the other has left. One request, or two.
   */
  async function isThereStill(now: Recording): Promise<boolean> {
    const isThere =
      now.status === 'ready'
        ? (await storage.head(keyOf(now.name))).status === 200
        : !(await tombstones.has(now.name)) && (await look(now.name)) !== undefined;
    if (!isThere) await storage.deleteMany([...index.keysOf(now), manifestKey(keyOf(now.name))]);
    return isThere;
  }

  /** Takes out what was entered before; where S3 may not delete, lists show the later of two entries. */
  async function removeStale(before: Recording, now: Recording): Promise<void> {
    try {
      await index.removeAllBut(before, now);
    } catch (error) {
      if (toReelroomError(error).code !== 'STORAGE_REFUSED' && !isLocked(error)) throw error;
      log.warn({ err: error, name: now.name }, 'an entry of the index that is wrong stays');
    }
  }

  return { swapManifest, isThereStill, removeStale };
}

export type ManifestWrites = ReturnType<typeof createManifestWrites>;
