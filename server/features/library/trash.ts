import { recordingSchema, type Recording, type TrashPage } from '@reelroom/shared';
import { recordingNotFound } from '../../lib/errors.ts';
import { wallTime } from '../../lib/clock.ts';
import type { VisibleRooms } from '../access/access.ts';
import type { Index } from '../index/store.ts';
import { keyAfter } from '../index/position.ts';
import type { IndexHealing } from './heal-index.ts';
import type { ManifestWrites } from './manifest-writes.ts';

/** Changes of recordings in the trash. */
export type TrashChange = 'trashed' | 'restored';

/** Whether a recording exists outside the trash. */
export const isListed = (recording: Recording | undefined): recording is Recording =>
  recording !== undefined && recording.trashedAt === undefined;

const isInTrash = (recording: Recording | undefined): recording is Recording =>
  recording?.trashedAt !== undefined;

/**
 * The trash: a recording is in it if its manifest says when it was moved there (`trashedAt`), and is then in
 * the trash of the index alone. Its files, links, title and `keep` stay as they are.
 * @param mustKeep whether retention would take a recording at once: a restored one is then marked to be kept
 */
export function createTrash({
  index,
  healing,
  writes: { swapManifest, stillExists, removeStale },
  readWithManifest,
  mustKeep,
  onChange,
}: {
  index: Index;
  healing: Pick<IndexHealing, 'healUntilRight'>;
  writes: ManifestWrites;
  /** Reads a recording from media and manifest. */
  readWithManifest: (name: string) => Promise<{
    recording: Recording | undefined;
    manifest: { text: string; etag: string | undefined } | undefined;
  }>;
  mustKeep: (recording: Recording) => boolean;
  onChange: (change: TrashChange, recording: Recording) => void;
}) {
  return {
    /**
     * Moves a recording to the trash. Seven S3 requests. Its entry in the trash is written first, then its
     * manifest, which decides; then its other entries go. What a crash leaves in between has an entry in the
     * trash, which the sweep of the trash puts right.
     * @returns it; undefined where it is missing, in the trash already, or may not go
     */
    async put(name: string, mayGo: (recording: Recording) => boolean): Promise<Recording | undefined> {
      const trashedAt = wallTime();
      let hasEntry = false;
      const next = (recording: Recording | undefined) =>
        isListed(recording) && mayGo(recording)
          ? recordingSchema.parse({ ...recording, trashedAt })
          : undefined;
      const { seen, now } = await swapManifest(
        name,
        async () => {
          const found = await readWithManifest(name);
          const trashed = next(found.recording);
          if (trashed) await index.put(trashed);
          hasEntry ||= trashed !== undefined;
          return found;
        },
        ({ recording }) => next(recording),
      );
      if (!now || !seen.recording) {
        // Another process was faster, or has deleted it.
        if (hasEntry && seen.recording) await healing.healUntilRight(seen.recording);
        return undefined;
      }
      await removeStale(seen.recording, now);
      if (!(await stillExists(now))) return undefined;
      onChange('trashed', now);
      return now;
    },

    /**
     * Restores a recording as it was. Six S3 requests. One that another process has just restored counts as
     * restored.
     * @throws {ReelroomError} RECORDING_NOT_FOUND, also once its deletion for good has begun
     */
    async restore(name: string): Promise<Recording> {
      const { seen, now } = await swapManifest(
        name,
        () => readWithManifest(name),
        ({ recording }) => {
          if (!isInTrash(recording) || recording.deletedAt !== undefined) return undefined;
          const { trashedAt: _trashedAt, ...restored } = recording;
          return recordingSchema.parse({ ...restored, ...(mustKeep(restored) && { keep: true }) });
        },
      );
      const restored = now ?? seen.recording;
      if (!isListed(restored)) throw recordingNotFound();
      if (now && seen.recording) {
        await index.put(now);
        await removeStale(seen.recording, now);
      } else await healing.healUntilRight(restored);
      if (!(await stillExists(restored))) throw recordingNotFound();
      onChange('restored', restored);
      return restored;
    },

    /**
     * Decides that a recording of the trash goes for good, by compare and swap with who restores it. Three S3
     * requests. Where S3 is full, and takes no manifest, what the manifest says decides.
     * @returns it; undefined where it is not in the trash any more, or may not go
     */
    async condemn(name: string, mayGo: (recording: Recording) => boolean): Promise<Recording | undefined> {
      const mustGo = (recording: Recording | undefined) => isInTrash(recording) && mayGo(recording);
      try {
        const { seen, now } = await swapManifest(
          name,
          () => readWithManifest(name),
          ({ recording }) =>
            recording && mustGo(recording) && recording.deletedAt === undefined
              ? recordingSchema.parse({ ...recording, deletedAt: wallTime() })
              : undefined,
          { mayBeLocked: true },
        );
        return now ?? (mustGo(seen.recording) ? seen.recording : undefined);
      } catch {
        const { recording } = await readWithManifest(name);
        return mustGo(recording) ? recording : undefined;
      }
    },

    /**
     * A page of the trash, newest recording first: one LIST; for who may see some rooms only, that has perhaps
     * fewer recordings than `limit` though more follow.
     * @param cursor `nextCursor` of the page before
     */
    async page(
      { limit, cursor }: { limit: number; cursor?: string | undefined },
      visible: VisibleRooms,
    ): Promise<TrashPage> {
      // One more, to know whether more follow.
      const { entries, next } = await index.page(index.trash, {
        startAfter: cursor === undefined ? undefined : index.trash + keyAfter(cursor),
        limit: limit + 1,
      });
      const page = entries.slice(0, limit);
      const hasMore = entries.length > limit || next !== undefined;
      const last = page.at(-1)?.position;
      return {
        recordings: page
          .map(({ recording }) => recording)
          .filter(({ roomName }) => visible === 'all' || visible.has(roomName)),
        ...(hasMore && last !== undefined && { nextCursor: last }),
      };
    },
  };
}
