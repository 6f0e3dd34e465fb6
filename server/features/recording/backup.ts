import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { recordingNameSchema } from '@reelroom/shared';
import type { WriteCondition } from '../../adapters/s3/conditions.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';

/** Bytes in each part of an upload. */
const partBytes = 8 * 2 ** 20;

const contentTypes: Record<string, string> = {
  '.mp4': 'video/mp4',
  '.ts': 'video/mp2t',
  '.jpeg': 'image/jpeg',
  '.m3u8': 'application/vnd.apple.mpegurl',
};

/** Below a library's path in the folder: an empty folder for each library that uses it. */
const librariesFolder = '.reelroom/libraries';

/** Undefined for a missing file. */
const unlessMissing = (error: unknown): undefined => {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
};

/**
 * Files that recorders could not upload: Egress keeps them in its `backup_storage` folder, under their keys.
 * Holds one part of an upload in memory.
 * @param libraryId the library's id, among others that may use the same folder
 */
export function createBackup({
  storage,
  folder,
  path,
  libraryId,
}: {
  storage: Storage;
  folder: string;
  path: string;
  libraryId: string;
}) {
  async function upload(key: string, condition: WriteCondition | undefined): Promise<void> {
    const file = join(folder, key);
    const object = await storage.startUpload(key, contentTypes[extname(key)] ?? 'application/octet-stream');
    try {
      let number = 0;
      for await (const part of createReadStream(file, { highWaterMark: partBytes }))
        await object.put(++number, part);
      await object.complete(condition);
    } catch (error) {
      // The first failure is the one to report.
      await object.abort().catch(() => undefined);
      throw error;
    }
    await rm(file);
  }

  /** The key of a file, or those of the files in a folder. */
  async function keysOf(key: string): Promise<string[]> {
    const found = await stat(join(folder, key)).catch(unlessMissing);
    if (!found) return [];
    if (!found.isDirectory()) return found.size > 0 ? [key] : [];
    return (await readdir(join(folder, key))).map((name) => key + name);
  }

  return {
    /**
     * Moves a file, or those of a folder (a key that ends in a slash), into the bucket: three S3 requests for
     * each, and one more per 8 MiB. With a `condition` only where that holds.
     * @throws {ReelroomError} STORAGE_UNAVAILABLE; what is not uploaded stays
     * @throws {ConditionNotMet} likewise
     */
    async moveToBucket(key: string, condition?: WriteCondition): Promise<void> {
      for (const one of await keysOf(key)) await upload(one, condition);
    },

    /** Deletes a file, or a folder. */
    async delete(key: string): Promise<void> {
      await rm(join(folder, key), { recursive: true, force: true });
    },

    /**
     * Marks the folder as used by this library.
     * @returns whether another library uses it with the same path: a file's name does not say whose it is
     */
    async join(): Promise<boolean> {
      const libraries = join(folder, path, librariesFolder);
      await mkdir(join(libraries, libraryId), { recursive: true });
      return (await readdir(libraries)).some((id) => id !== libraryId);
    },

    /** The names of the recordings with a backup file. */
    async names(): Promise<string[]> {
      const names = (await readdir(join(folder, path)).catch(unlessMissing)) ?? [];
      return names.filter((name) => recordingNameSchema.safeParse(name).success);
    },

    /**
     * When a recording's backup file was written, in ms since 1970, in whole seconds; undefined where there
     * is none.
     */
    async leftAt(name: string): Promise<number | undefined> {
      const found = await stat(join(folder, path, name)).catch(unlessMissing);
      return found && Math.floor(found.mtimeMs / 1_000) * 1_000;
    },
  };
}

export type Backup = ReturnType<typeof createBackup>;
