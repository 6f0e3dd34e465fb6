import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsentReceipt, Recording } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { ConditionNotMet, ifUnchanged } from '../../adapters/s3/conditions.ts';
import { manifestKey, manifestOf } from '../../bucket/manifest.ts';
import type { Tombstones } from '../../bucket/tombstones.ts';
import { isLocked, storageUnavailable, toReelroomError } from '../../lib/errors.ts';
import type { Index } from '../index/store.ts';

/** The most compare-and-swap attempts for a manifest, and the longest pause between them, in ms. */
const maxSwaps = 20;
const longestPauseMs = 100;

/** Writes manifests by compare and swap, and keeps the index consistent with them. */
export function createManifestWrites({
  storage,
  index,
  tombstones,
  keyOf,
  readRecording,
  log,
}: {
  storage: Storage;
  index: Index;
  tombstones: Pick<Tombstones, 'has'>;
  keyOf: (name: string) => string;
  /** Reads a recording from media and manifest; undefined where there is none. */
  readRecording: (name: string) => Promise<Recording | undefined>;
  log: FastifyBaseLogger;
}) {
  /**
   * Updates a recording's manifest by compare and swap: `next` computes the new state from the stored one,
   * again after a concurrent write; `consent` are the receipts to write with it. A locked manifest is left unchanged with `mayBeLocked`. Two or three
   * requests per attempt.
   */
  async function swapManifest<
    Seen extends { manifest: { text: string; etag: string | undefined } | undefined },
  >(
    name: string,
    read: () => Promise<Seen>,
    next: (seen: Seen) => Recording | undefined,
    { mayBeLocked = false, consent }: { mayBeLocked?: boolean; consent?: ConsentReceipt[] } = {},
  ): Promise<{ seen: Seen; now: Recording | undefined }> {
    for (let swaps = 1; ; swaps += 1) {
      const seen = await read();
      const now = next(seen);
      if (!now) return { seen, now };
      const { text, etag } = seen.manifest ?? {};
      try {
        await storage.putJson(manifestKey(keyOf(name)), manifestOf(now, text, consent), ifUnchanged(etag));
        return { seen, now };
      } catch (error) {
        if (mayBeLocked && isLocked(error)) {
          log.warn({ err: error, name }, 'a manifest is locked: only the index has the current state');
          return { seen, now };
        }
        if (!(error instanceof ConditionNotMet)) throw error;
        if (swaps === maxSwaps) throw storageUnavailable(error);
        await sleep(Math.random() * longestPauseMs);
      }
    }
  }

  /**
   * Whether a recording that was just written still exists; if it was deleted concurrently, the write is
   * undone. A deletion removes the media before it lists the entries the last time, so that one of the two
   * sees the other's. One request, or two.
   */
  async function stillExists(now: Recording): Promise<boolean> {
    const exists =
      now.status === 'ready'
        ? (await storage.head(keyOf(now.name))).status === 200
        : !(await tombstones.has(now.name)) && (await readRecording(now.name)) !== undefined;
    if (!exists) await storage.deleteMany([...index.keysOf(now), manifestKey(keyOf(now.name))]);
    return exists;
  }

  /** Removes entries of the previous state; where S3 refuses, lists show the later of two entries. */
  async function removeStale(before: Recording, now: Recording): Promise<void> {
    try {
      await index.removeStale(before, now);
    } catch (error) {
      if (toReelroomError(error).code !== 'STORAGE_REFUSED' && !isLocked(error)) throw error;
      log.warn({ err: error, name: now.name }, 'a stale index entry could not be removed');
    }
  }

  return { swapManifest, stillExists, removeStale };
}

export type ManifestWrites = ReturnType<typeof createManifestWrites>;
