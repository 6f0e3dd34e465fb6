import { randomUUID } from 'node:crypto';
import type { Recording } from '@reelroom/shared';
import pMap from 'p-map';
import { z } from 'zod';
import { toReelroomError, type ReelroomError } from '../../lib/errors.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { listLinks } from '../../bucket/share-folder.ts';
import type { Index } from '../index/store.ts';
import { manifestKey, parseStoredRecording } from '../../bucket/manifest.ts';
import { listWorkingFiles } from '../../bucket/layout.ts';
import type { Tombstones } from '../../bucket/tombstones.ts';

/** How many recordings' folders are listed at once. */
const maxConcurrent = 16;

const orderSchema = z.looseObject({ recordings: z.array(z.unknown()) });

/** What an order says, as it is stored and as it is read; nothing where this version cannot read all of it: another one can. */
function parseOrder(text: string | undefined) {
  try {
    const stored = orderSchema.parse(JSON.parse(text ?? ''));
    const recordings = stored.recordings.flatMap((one) => parseStoredRecording(one) ?? []);
    return recordings.length === stored.recordings.length ? { stored, recordings } : undefined;
  } catch {
    return undefined;
  }
}

type Order = NonNullable<ReturnType<typeof parseOrder>>;

/** Why recordings could not be deleted whole, by their names. */
export type Left = Map<string, ReelroomError>;

/** Hears of a recording that is gone: whether whoever is to be told of it will be, even if this process dies. Must not reject. */
export type OnGone = (recording: Recording) => Promise<boolean>;

/**
 * Takes recordings out of the bucket: the entries of the index, then links, manifest and
 * working files, then the media; last what somebody may have written of them meanwhile. What is to be deleted is written down before, with all that is
 * known of it, so that whoever dies in between is outlived by the order, and `finish` does the
 * rest; it goes once those are told who are to be told. Where nothing can be written, since S3 is full, it is deleted all the same: what a death in
 * between leaves then is what `reindex` mends.
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

  /** All keys of a recording but its entries and its media: three LISTs. */
  const besideMedia = async (name: string) => [
    ...(await listLinks(storage, path, name)),
    ...(await listWorkingFiles(storage, path, name)),
    manifestKey(path + name),
  ];

  /** In that order; one that S3 would not delete a part of keeps what comes after. Returns why, by the names of those. */
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
    // Once for all: many of them may have begun at about the same time.
    const entries = index.keysAt(recordings.filter(({ name }) => !left.has(name)));
    await deleteOf(async ({ name }) => [...((await entries).get(name) ?? []), manifestKey(path + name)]);
    return left;
  }

  /** Has those told who are to be told of what is gone: whether they will be, whatever happens. */
  async function announceGone(recordings: Recording[], left: Left, onGone: OnGone): Promise<boolean> {
    const gone = recordings.filter(({ name }) => !left.has(name));
    return (await Promise.all(gone.map(onGone))).every(Boolean);
  }

  /** Has an order say no more than what is left. */
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
     * Deletes recordings. Three to five LISTs for each, and a PUT for each that ended within the last day; for all
     * of them a PUT, and five DELETEs, or one more for each 1,000 keys; and what `onGone` takes.
     * @returns why S3 would not delete them whole, by the names of those; they are tried again
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

    /** The orders that have not been carried out, or not yet: one LIST. */
    async pending(): Promise<string[]> {
      const { objects } = await storage.listPage({ prefix: folder });
      return objects.map(({ key }) => key);
    },

    /** The names that an order is about: one GET. */
    namesOf: async (order: string): Promise<string[]> =>
      (parseOrder(await storage.getText(order))?.recordings ?? []).map(({ name }) => name),

    /**
     * Carries an order out to its end, however much of it is done: requests as `all`. One that
     * cannot be read stays for the version that wrote it.
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
