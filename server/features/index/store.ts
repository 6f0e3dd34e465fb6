import { randomUUID } from 'node:crypto';
import { parseRecordingName, type Recording } from '@reelroom/shared';
import { LRUCache } from 'lru-cache';
import pMap from 'p-map';
import { isLocked } from '../../lib/errors.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { allRooms, entryKeys, folderOf, readEntry, roomNameOf, type Entry } from './key.ts';
import { behindTime, inFolders, positionOf } from './position.ts';

/** What one LIST of the index gives. */
export interface EntryPage {
  /** In the order of their keys, newest first; one of each recording. */
  entries: Entry[];
  /** Behind which the next page begins; nothing where there is none. */
  next: string | undefined;
}

/** How many entries stay read, about 1 kB each: those of two searches, which look at 5,000 at most. */
const maxRead = 10_000;

/** How many folders are listed at once. */
const atOnce = 16;

/** The time, in ms, by which what the name of a recording of the seed says may differ from when it began. */
const nameIsOff = 5 * 60_000;

/**
 * The index in the bucket: two empty objects for each recording that has ended, one among
 * all, one among its room's. Derived from manifests and media, which say what is right.
 * @param path key prefix of the recordings' folder
 * @param onDoubled hears of a recording that has two entries in one place, since two
 *   changed it at once or one died in between
 */
export function createIndex({
  storage,
  path,
  onDoubled,
}: {
  storage: Pick<Storage, 'listPage' | 'folders' | 'putEmpty' | 'deleteMany' | 'head'> & {
    putJson(key: string, value: unknown): Promise<unknown>;
  };
  path: string;
  onDoubled: (recording: Recording) => void;
}) {
  const root = `${path}.reelroom/index/v1/`;
  const builtMark = `${root}complete`;

  // A key says the same for ever, and reading it is most of what a search costs.
  const read = new LRUCache<string, Entry>({ max: maxRead });
  const entryOf = (key: string): Entry | undefined => {
    const known = read.get(key);
    if (known) return known;
    const entry = readEntry(root, key);
    if (entry) read.set(key, entry);
    return entry;
  };

  const entriesAmong = (objects: { key: string; lastModified: Date }[]) =>
    objects.flatMap(({ key, lastModified }) => {
      const entry = entryOf(key);
      return entry ? [{ ...entry, lastModified }] : [];
    });

  /** Of two entries of one recording the later one is likely to be right. */
  function withoutDoubles(objects: { key: string; lastModified: Date }[]): Entry[] {
    const entries: (Entry & { lastModified: Date })[] = [];
    for (const entry of entriesAmong(objects)) {
      const before = entries.at(-1);
      if (before?.position !== entry.position || before.recording.name !== entry.recording.name) {
        entries.push(entry);
        continue;
      }
      onDoubled(entry.recording);
      if (entry.lastModified >= before.lastModified) entries[entries.length - 1] = entry;
    }
    return entries;
  }

  /** All entries whose keys begin so: one LIST per 1,000. */
  async function* entriesIn(prefix: string): AsyncGenerator<Entry> {
    let startAfter: string | undefined;
    do {
      const { objects, isTruncated } = await storage.listPage({ prefix, startAfter });
      yield* entriesAmong(objects);
      startAfter = isTruncated ? objects.at(-1)?.key : undefined;
    } while (startAfter !== undefined);
  }

  async function findByWalking(name: string): Promise<Recording | undefined> {
    for await (const { recording } of entriesIn(folderOf(root)))
      if (recording.name === name) return recording;
    return undefined;
  }

  /** Makes an entry; one that is locked is there already. */
  async function enter(key: string): Promise<void> {
    try {
      await storage.putEmpty(key);
    } catch (error) {
      if (!isLocked(error)) throw error;
    }
  }

  return {
    root,

    /** The folder of all recordings, or of a room's. */
    folderOf: (roomName?: string): string => folderOf(root, roomName),

    /** Entries in a folder, behind a key, `limit` at most (1,000): one LIST. */
    async page(
      folder: string,
      { startAfter, limit }: { startAfter?: string | undefined; limit?: number },
    ): Promise<EntryPage> {
      const { objects, isTruncated } = await storage.listPage({
        prefix: folder,
        startAfter,
        ...(limit !== undefined && { limit }),
      });
      return { entries: withoutDoubles(objects), next: isTruncated ? objects.at(-1)?.key : undefined };
    },

    /** The folders that a folder of the index is divided into, as their keys begin: one LIST per 1,000. */
    async foldersIn(folder: string): Promise<string[]> {
      const names: string[] = [];
      for await (const name of storage.folders(folder)) names.push(`${folder}${name}/`);
      return names;
    },

    /** The names of rooms that have recordings, behind a key: one LIST for 1,000. */
    async rooms(startAfter?: string): Promise<{ names: string[]; next: string | undefined }> {
      const prefix = allRooms(root);
      const { folders, isTruncated } = await storage.listPage({ prefix, startAfter, byFolder: true });
      return {
        names: folders.flatMap((folder) => roomNameOf(folder.slice(prefix.length, -1)) ?? []),
        next: isTruncated ? folders.at(-1) : undefined,
      };
    },

    /**
     * Enters a recording that has ended: two PUTs, the same however often. The entry among all
     * comes last, and says that all is written.
     */
    async put(recording: Recording): Promise<void> {
      const [amongAll, inRoom] = entryKeys(root, recording);
      await enter(inRoom);
      await enter(amongAll);
    },

    /** The recording that is entered among all under a name and at a time: one LIST. */
    async at({ name, startedAt }: Pick<Recording, 'name' | 'startedAt'>): Promise<Recording | undefined> {
      const prefix = folderOf(root) + inFolders(positionOf({ name, startedAt }));
      const { objects } = await storage.listPage({ prefix });
      return entriesAmong(objects).find(({ recording }) => recording.name === name)?.recording;
    },

    /** Takes out what was entered for `before`, but for what `now` has as well: one DELETE where there is any. */
    async removeAllBut(before: Recording, now: Recording): Promise<void> {
      const right = new Set(entryKeys(root, now));
      const wrong = entryKeys(root, before).filter((key) => !right.has(key));
      if (wrong.length > 0) await storage.deleteMany(wrong);
    },

    /** The keys of a recording's entries. */
    keysOf: (recording: Recording): string[] => entryKeys(root, recording),

    /**
     * The keys of all entries at recordings' places, those that are wrong as well, by their names:
     * two LISTs for each quarter of an hour in which any of them began, and one more per 1,000.
     */
    async keysAt(recordings: Recording[]): Promise<Map<string, string[]>> {
      const keys = new Map(recordings.map(({ name }): [string, string[]] => [name, []]));
      const places = new Set(
        recordings.flatMap((recording) => {
          const position = inFolders(positionOf(recording));
          const folder = position.slice(0, position.lastIndexOf('/') + 1);
          return [folderOf(root) + folder, folderOf(root, recording.roomName) + folder];
        }),
      );
      await pMap(
        places,
        async (prefix) => {
          for await (const { recording, key } of entriesIn(prefix)) keys.get(recording.name)?.push(key);
        },
        { concurrency: atOnce },
      );
      return keys;
    },

    /**
     * The recording that is entered under a name: one LIST for a name of our form, or the
     * seed's; for one that tells no time all of the index is gone through, one LIST for 1,000.
     */
    async find(name: string): Promise<Recording | undefined> {
      const said = parseRecordingName(name);
      if (!said) return findByWalking(name);
      const folder = folderOf(root, said.roomName);
      const startAfter = folder + behindTime(said.startedAt + nameIsOff);
      const { objects } = await storage.listPage({ prefix: folder, startAfter });
      return entriesAmong(objects).find(({ recording }) => recording.name === name)?.recording;
    },

    /** Which build the index is of, if it was built and has not been taken away since: one HEAD. */
    build: async (): Promise<string | undefined> => {
      const { status, etag = '' } = await storage.head(builtMark);
      return status === 200 ? etag : undefined;
    },

    /** Says that the index is built, anew: one PUT. */
    async markBuilt(): Promise<void> {
      await storage.putJson(builtMark, { build: randomUUID() });
    },
  };
}

export type Index = ReturnType<typeof createIndex>;
