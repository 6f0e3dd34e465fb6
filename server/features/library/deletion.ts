import { randomUUID } from 'node:crypto';
import type { Recording } from '@reelroom/shared';
import pMap from 'p-map';
import { z } from 'zod';
import { toReelroomError, type ReelroomError } from '../../lib/errors.ts';
import { parseJson } from '../../lib/parse-json.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { listLinks } from '../../bucket/share-folder.ts';
import type { Index } from '../index/store.ts';
import { manifestKey, parseStoredRecording } from '../../bucket/manifest.ts';
import { listWorkingFiles } from '../../bucket/layout.ts';
import type { Tombstones } from '../../bucket/tombstones.ts';

/** How many recordings' folders are listed concurrently. */
const maxConcurrent = 16;

const orderSchema = z.looseObject({ recordings: z.array(z.unknown()) });

/** Parses a deletion order; undefined where this version cannot read all of it: a newer one can. */
function parseOrder(text: string | undefined) {
  const stored = parseJson(orderSchema, text);
  const recordings = stored?.recordings.flatMap((one) => parseStoredRecording(one) ?? []) ?? [];
  return stored && recordings.length === stored.recordings.length ? { stored, recordings } : undefined;
}

type Order = NonNullable<ReturnType<typeof parseOrder>>;

/** Why recordings could not be deleted whole, by their names. */
export type Left = Map<string, ReelroomError>;

/**
 * Called for a deleted recording; whether the announcement survives a crash of this process. Must not reject.
 */
export type OnGone = (recording: Recording) => Promise<boolean>;

/**
 * Deletes recordings from the bucket: index entries, then links, manifest and working files, then the media;
 * last what was written concurrently. A deletion order with all that is known of the recordings is stored
 * first, so that `resume` completes it after a crash; it is removed once the deletion is announced. Where no
 * order can be stored, since S3 is full, deletion proceeds without: `reindex` repairs what a crash leaves
 * then.
 */
export function createDeletionJournal({
  storage,
  index,
  tombstones,
  path,
}: {
  storage: Storage;
  index: Index;
  tombstones: Pick<Tombstones, 'put'>;
  path: string;
}) {
  const folder = `${path}.reelroom/deleting/`;

  /** All keys of a recording but its index entries and media: four LISTs. */
  const besideMedia = async (name: string) => [
    ...(await listLinks(storage, path, name)),
    ...(await listWorkingFiles(storage, path, name)),
    manifestKey(path + name),
  ];

  /**
   * Deletes in that order; a recording of which S3 refuses a step keeps the later ones. Returns the errors,
   * by name.
   */
  async function deleteInSteps(recordings: Recording[]): Promise<Left> {
    const left: Left = new Map();
    const deleteOf = async (keysOf: (recording: Recording) => Promise<string[]>) => {
      const keys = new Map<string, string[]>();
      await pMap(
        recordings.filter(({ name }) => !left.has(name)),
        async (one) => {
          try {
            keys.set(one.name, await keysOf(one));
          } catch (error) {
            left.set(one.name, toReelroomError(error));
          }
        },
        { concurrency: maxConcurrent },
      );
      const refused = await storage.deleteEach([...keys.values()].flat());
      for (const [name, its] of keys) {
        const why = its.map((key) => refused.get(key)).find((error) => error !== undefined);
        if (why) left.set(name, why);
      }
    };
    await deleteOf(async (recording) => index.keysOf(recording));
    await deleteOf(({ name }) => besideMedia(name));
    await deleteOf(async ({ name }) => [path + name]);
    // One listing for all: many may have begun at about the same time.
    const entries = index.keysAt(recordings.filter(({ name }) => !left.has(name)));
    await deleteOf(async ({ name }) => [
      ...((await entries).get(name) ?? []),
      ...(await listLinks(storage, path, name)),
      manifestKey(path + name),
    ]);
    return left;
  }

  /** Announces deleted recordings; whether all announcements survive a crash. */
  async function announceGone(recordings: Recording[], left: Left, onGone: OnGone): Promise<boolean> {
    const gone = recordings.filter(({ name }) => !left.has(name));
    return (await Promise.all(gone.map(onGone))).every(Boolean);
  }

  /** Reduces an order to the recordings that are left, or removes it. */
  async function updateOrder(order: string, { stored, recordings }: Order, left: Left): Promise<void> {
    if (left.size === 0) await storage.delete(order);
    else if (left.size < recordings.length)
      await storage.putJson(order, {
        ...stored,
        recordings: stored.recordings.filter((_, i) => left.has(recordings[i]?.name ?? '')),
      });
  }

  return {
    /**
     * Deletes recordings. Five to seven LISTs for each, and a PUT for each that ended within the last day;
     * for all together a PUT, and five DELETEs, or one more per 1,000 keys; and the cost of `onGone`.
     * @returns the errors of recordings that are left, by name; they are retried
     */
    async deleteAll(recordings: Recording[], onGone: OnGone): Promise<Left> {
      if (recordings.length === 0) return new Map();
      const order = `${folder}${randomUUID()}.json`;
      const isWritten = await storage.putJson(order, { recordings }).then(
        () => true,
        () => false,
      );
      if (isWritten) await tombstones.put(recordings).catch(() => undefined);
      const left = await deleteInSteps(recordings);
      const isAnnounced = await announceGone(recordings, left, onGone);
      if (isWritten && isAnnounced)
        await updateOrder(order, { stored: { recordings }, recordings }, left).catch(() => undefined);
      return left;
    },

    /** The deletion orders that are not completed: one LIST. */
    async pending(): Promise<string[]> {
      const { objects } = await storage.listPage({ prefix: folder });
      return objects.map(({ key }) => key);
    },

    /** The names of the recordings in an order: one GET. */
    namesOf: async (order: string): Promise<string[]> =>
      (parseOrder(await storage.getText(order))?.recordings ?? []).map(({ name }) => name),

    /**
     * Completes an order, from any step: requests as `deleteAll`. One that cannot be read is left to the
     * version that wrote it.
     */
    async resume(order: string, onGone: OnGone): Promise<void> {
      const said = parseOrder(await storage.getText(order));
      if (!said) return;
      await tombstones.put(said.recordings).catch(() => undefined);
      const left = await deleteInSteps(said.recordings);
      if (await announceGone(said.recordings, left, onGone)) await updateOrder(order, said, left);
    },
  };
}

export type DeletionJournal = ReturnType<typeof createDeletionJournal>;
