import type { ConsentReceipt, Recording } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { swapJson } from '../../adapters/s3/swap.ts';
import { manifestKey, manifestOf } from '../../bucket/manifest.ts';
import type { Tombstones } from '../../bucket/tombstones.ts';
import { isLocked, toReelroomError } from '../../lib/errors.ts';
import type { Index } from '../index/store.ts';

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
   * again after a concurrent write; `consent` are the receipts to write with it. With `mayBeLocked` a locked
   * manifest is left unchanged. Two or three requests per try.
   * @throws {ReelroomError} STORAGE_UNAVAILABLE where others wrote it at each try
   */
  async function swapManifest<
    Seen extends { manifest: { text: string; etag: string | undefined } | undefined },
  >(
    name: string,
    read: () => Promise<Seen>,
    next: (seen: Seen) => Recording | undefined,
    { mayBeLocked = false, consent }: { mayBeLocked?: boolean; consent?: ConsentReceipt[] } = {},
  ): Promise<{ seen: Seen; now: Recording | undefined }> {
    const putJson: Storage['putJson'] = async (...args) => {
      try {
        return await storage.putJson(...args);
      } catch (error) {
        if (!mayBeLocked || !isLocked(error)) throw error;
        log.warn({ err: error, name }, 'a manifest is locked: only the index has the current state');
        return undefined;
      }
    };
    const last = await swapJson(
      { putJson },
      manifestKey(keyOf(name)),
      async () => {
        const seen = await read();
        return { seen, now: next(seen), etag: seen.manifest?.etag };
      },
      ({ seen, now }) => now && manifestOf(now, seen.manifest?.text, consent),
    );
    const { seen, now } = last.seen;
    return { seen, now };
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
