import { randomUUID } from 'node:crypto';
import { recordingSchema, type Recording } from '@reelroom/shared';
import pMap from 'p-map';
import { z } from 'zod';
import type { Storage } from '../../plugins/storage/storage.ts';
import { listLinks } from '../shares/folder.ts';
import type { Index } from './index/store.ts';
import { manifestKey } from './manifest.ts';
import { listWorkingFiles } from './segments.ts';

/** How many recordings' folders are listed at once. */
const atOnce = 16;

const orderSchema = z.object({ recordings: z.array(recordingSchema) });

const parseOrder = (text: string | undefined): Recording[] => {
  try {
    return orderSchema.parse(JSON.parse(text ?? '')).recordings;
  } catch {
    return [];
  }
};

/**
 * Takes recordings out of the bucket: the entries of the index, then links, manifest and
 * working files, the media last. What is to be deleted is written down before, with all that is
 * known of it, so that whoever dies in between is outlived by the order, and `finish` does the
 * rest.
 */
export function createErase({ storage, index, path }: { storage: Storage; index: Index; path: string }) {
  const orders = `${path}.reelroom/deleting/`;

  /** All keys of a recording but its entries and its media: three LISTs. */
  const besideMedia = async (name: string) => [
    ...(await listLinks(storage, path, name)),
    ...(await listWorkingFiles(storage, path, name)),
    manifestKey(path + name),
  ];

  /** In that order; one that S3 would not delete a part of keeps what comes after. Returns the names of those. */
  async function inOrder(recordings: Recording[]): Promise<Set<string>> {
    const left = new Set<string>();
    const deleteOf = async (keysOf: (recording: Recording) => Promise<string[]>) => {
      const keys = await pMap(
        recordings.filter(({ name }) => !left.has(name)),
        async (one) => ({ name: one.name, keys: await keysOf(one).catch(() => undefined) }),
        { concurrency: atOnce },
      );
      const refused = await storage.deleteEach(keys.flatMap((one) => one.keys ?? []));
      for (const one of keys) if (!one.keys || one.keys.some((key) => refused.has(key))) left.add(one.name);
    };
    await deleteOf(async (recording) => index.keysOf(recording));
    await deleteOf(({ name }) => besideMedia(name));
    await deleteOf(async ({ name }) => [path + name]);
    return left;
  }

  /** Deletes what an order says, and has it say no more than what is left. */
  async function carryOut(order: string, recordings: Recording[]): Promise<Set<string>> {
    const left = await inOrder(recordings);
    if (left.size === 0) await storage.delete(order);
    else if (left.size < recordings.length)
      await storage.putJson(order, { recordings: recordings.filter(({ name }) => left.has(name)) });
    return left;
  }

  return {
    /**
     * Deletes recordings. Three LISTs for each; for all of them a PUT, and four DELETEs, or
     * one more for each 1,000 keys.
     * @returns the names of those that S3 would not delete whole; they are tried again
     */
    async all(recordings: Recording[]): Promise<Set<string>> {
      if (recordings.length === 0) return new Set();
      const order = `${orders}${randomUUID()}.json`;
      await storage.putJson(order, { recordings });
      return carryOut(order, recordings);
    },

    /** The orders that have not been carried out, or not yet: one LIST. */
    async pending(): Promise<string[]> {
      const { objects } = await storage.listPage({ prefix: orders });
      return objects.map(({ key }) => key);
    },

    /** The names that an order is about: one GET. */
    namesOf: async (order: string): Promise<string[]> =>
      parseOrder(await storage.getText(order)).map(({ name }) => name),

    /**
     * Carries an order out to its end, however much of it is done: requests as `all`.
     * @returns the recordings that are gone now
     */
    async finish(order: string): Promise<Recording[]> {
      const recordings = parseOrder(await storage.getText(order));
      const left = await carryOut(order, recordings);
      return recordings.filter(({ name }) => !left.has(name));
    },
  };
}

export type Erase = ReturnType<typeof createErase>;
