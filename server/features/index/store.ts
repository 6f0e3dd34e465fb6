import { randomUUID } from 'node:crypto';
import { parseRecordingName, type Recording } from '@reelroom/shared';
import { LRUCache } from 'lru-cache';
import pMap from 'p-map';
import { isLocked } from '../../lib/errors.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { allRooms, entryKeys, folderOf, readEntry, roomNameOf, trashOf, type Entry } from './key.ts';
import { keyAfterTime, inFolders, positionOf } from './position.ts';

/** A page of entries, from one LIST. */
export interface EntryPage {
  /** In key order, newest first; one per recording. */
  entries: Entry[];
  /** The key after which the next page begins; undefined on the last. */
  next: string | undefined;
}

/** How many parsed entries are cached, about 1 kB each: those of two searches of 5,000 at most. */
const maxParsed = 10_000;

/** How many folders are listed concurrently. */
const maxConcurrent = 16;

/** How far the time in the name of a seed's recording may differ from its start, in ms. */
const nameToleranceMs = 5 * 60_000;

/**
 * The index in the bucket: two empty objects per ended recording, one in the folder of all recordings, one in
 * its room's; or one in the trash. Derived from manifests and media.
 * @param path key prefix of the recordings' folder
 */
export function createIndex({
  storage,
  path,
}: {
  storage: Pick<Storage, 'listPage' | 'folders' | 'putEmpty' | 'deleteMany' | 'head'> & {
    putJson(key: string, value: unknown): Promise<unknown>;
  };
  path: string;
}) {
  const root = `${path}.reelroom/index/v1/`;
  const completeMarker = `${root}complete`;

  // A key never changes its meaning, and parsing is most of the cost of a search.
  const parsed = new LRUCache<string, Entry>({ max: maxParsed });
  const entryOf = (key: string): Entry | undefined => {
    const known = parsed.get(key);
    if (known) return known;
    const entry = readEntry(root, key);
    if (entry) parsed.set(key, entry);
    return entry;
  };

  const entriesAmong = (objects: { key: string; lastModified: Date }[]) =>
    objects.flatMap(({ key, lastModified }) => {
      const entry = entryOf(key);
      return entry ? [{ ...entry, lastModified }] : [];
    });

  let onDuplicate: (recording: Recording) => void = () => undefined;

  /** Of two entries of one recording the later one wins. */
  function deduplicate(objects: { key: string; lastModified: Date }[]): Entry[] {
    const entries: (Entry & { lastModified: Date })[] = [];
    for (const entry of entriesAmong(objects)) {
      const previous = entries.at(-1);
      if (previous?.position !== entry.position || previous.recording.name !== entry.recording.name) {
        entries.push(entry);
        continue;
      }
      onDuplicate(entry.recording);
      if (entry.lastModified >= previous.lastModified) entries[entries.length - 1] = entry;
    }
    return entries;
  }

  /** All entries below a prefix: one LIST per 1,000. */
  async function* entriesIn(prefix: string): AsyncGenerator<Entry & { lastModified: Date }> {
    let startAfter: string | undefined;
    do {
      const { objects, isTruncated } = await storage.listPage({ prefix, startAfter });
      yield* entriesAmong(objects);
      startAfter = isTruncated ? objects.at(-1)?.key : undefined;
    } while (startAfter !== undefined);
  }

  async function findByScan(name: string): Promise<Recording | undefined> {
    for await (const { recording } of entriesIn(folderOf(root)))
      if (recording.name === name) return recording;
    return undefined;
  }

  /** Puts an entry; a locked one exists already. */
  async function putEntry(key: string): Promise<void> {
    try {
      await storage.putEmpty(key);
    } catch (error) {
      if (!isLocked(error)) throw error;
    }
  }

  return {
    root,

    /** Has `listener` called with each recording that a page has two entries of. */
    onDuplicate(listener: (recording: Recording) => void): void {
      onDuplicate = listener;
    },

    /** The folder of all recordings, or of a room's. */
    folderOf: (roomName?: string): string => folderOf(root, roomName),

    /** The folder of the trash. */
    trash: trashOf(root),

    /** All entries of the trash, and when they were written: one LIST per 1,000. */
    inTrash: () => entriesIn(trashOf(root)),

    /** Up to `limit` (1,000) entries in a folder, after a key: one LIST. */
    async page(
      folder: string,
      { startAfter, limit }: { startAfter?: string | undefined; limit?: number },
    ): Promise<EntryPage> {
      const { objects, isTruncated } = await storage.listPage({
        prefix: folder,
        startAfter,
        ...(limit !== undefined && { limit }),
      });
      return { entries: deduplicate(objects), next: isTruncated ? objects.at(-1)?.key : undefined };
    },

    /** The prefixes of a folder's subfolders: one LIST per 1,000. */
    async foldersIn(folder: string): Promise<string[]> {
      const names: string[] = [];
      for await (const name of storage.folders(folder)) names.push(`${folder}${name}/`);
      return names;
    },

    /** The names of rooms that have recordings, after a key: one LIST per 1,000. */
    async rooms(startAfter?: string): Promise<{ names: string[]; next: string | undefined }> {
      const prefix = allRooms(root);
      const { folders, isTruncated } = await storage.listPage({ prefix, startAfter, byFolder: true });
      return {
        names: folders.flatMap((folder) => roomNameOf(folder.slice(prefix.length, -1)) ?? []),
        next: isTruncated ? folders.at(-1) : undefined,
      };
    },

    /**
     * Puts the entries of an ended recording: two PUTs, or one of a recording in the trash; idempotent. The
     * entry among all recordings is the last write of finalising.
     */
    async put(recording: Recording): Promise<void> {
      for (const key of entryKeys(root, recording).reverse()) await putEntry(key);
    },

    /** The entry with a name and a start time: one LIST. */
    async at({ name, startedAt }: Pick<Recording, 'name' | 'startedAt'>): Promise<Recording | undefined> {
      const prefix = folderOf(root) + inFolders(positionOf({ name, startedAt }));
      const { objects } = await storage.listPage({ prefix });
      return entriesAmong(objects).find(({ recording }) => recording.name === name)?.recording;
    },

    /**
     * Removes the entries of the state `previous` that `current` does not have: one DELETE where there are
     * any.
     */
    async removeStale(previous: Recording, current: Recording): Promise<void> {
      const currentKeys = new Set(entryKeys(root, current));
      const staleKeys = entryKeys(root, previous).filter((key) => !currentKeys.has(key));
      if (staleKeys.length > 0) await storage.deleteMany(staleKeys);
    },

    /** The keys of a recording's entries. */
    keysOf: (recording: Recording): string[] => entryKeys(root, recording),

    /**
     * The keys of all entries at the positions of `recordings`, stale ones included, by name: three LISTs for
     * each folder of 17 minutes in which any of them began, and one more per 1,000.
     */
    async keysAt(recordings: Recording[]): Promise<Map<string, string[]>> {
      const keys = new Map(recordings.map(({ name }): [string, string[]] => [name, []]));
      const places = new Set(
        recordings.flatMap((recording) => {
          const position = inFolders(positionOf(recording));
          const folder = position.slice(0, position.lastIndexOf('/') + 1);
          return [folderOf(root), folderOf(root, recording.roomName), trashOf(root)].map(
            (parent) => parent + folder,
          );
        }),
      );
      await pMap(
        places,
        async (prefix) => {
          for await (const { recording, key } of entriesIn(prefix)) keys.get(recording.name)?.push(key);
        },
        { concurrency: maxConcurrent },
      );
      return keys;
    },

    /**
     * The entry with a name: one LIST for a name of our form, or the seed's; a name without a time needs a
     * full scan, one LIST per 1,000.
     */
    async find(name: string): Promise<Recording | undefined> {
      const parsedName = parseRecordingName(name);
      if (!parsedName) return findByScan(name);
      const folder = folderOf(root, parsedName.roomName);
      const startAfter = folder + keyAfterTime(parsedName.startedAt + nameToleranceMs);
      const { objects } = await storage.listPage({ prefix: folder, startAfter });
      return entriesAmong(objects).find(({ recording }) => recording.name === name)?.recording;
    },

    /** The id of the index's build; undefined where it is not complete, or was deleted: one HEAD. */
    currentBuildId: async (): Promise<string | undefined> => {
      const { status, etag = '' } = await storage.head(completeMarker);
      return status === 200 ? etag : undefined;
    },

    /** Marks the index as complete, with a new build id: one PUT. */
    async markBuilt(): Promise<void> {
      await storage.putJson(completeMarker, { build: randomUUID() });
    },
  };
}

export type Index = ReturnType<typeof createIndex>;
