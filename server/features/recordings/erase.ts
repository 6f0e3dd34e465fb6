import { randomUUID } from 'node:crypto';
import type { Recording } from '@reelroom/shared';
import pMap from 'p-map';
import { z } from 'zod';
import type { Storage } from '../../plugins/storage.ts';
import { listLinks } from '../shares/folder.ts';
import type { Index } from './index/store.ts';
import { manifestKey } from './manifest.ts';
import { listWorkingFiles } from './segments.ts';

/** How many recordings' folders are listed at once. */
const atOnce = 16;

const orderSchema = z.object({ names: z.array(z.string()) });

const parseOrder = (text: string | undefined): string[] => {
  try {
    return orderSchema.parse(JSON.parse(text ?? '')).names;
  } catch {
    return [];
  }
};

/**
 * Takes recordings out of the bucket: the entries of the index, then links, manifest and
 * working files, the media last. What is to be deleted is written down before, so that whoever
 * dies in between is outlived by the order, and {@link finish} does the rest.
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
  async function inOrder(names: string[], entries: Map<string, string[]>): Promise<Set<string>> {
    const left = new Set<string>();
    const deleteOf = async (keysOf: (name: string) => Promise<string[]>) => {
      const keys = await pMap(
        names.filter((name) => !left.has(name)),
        async (name) => ({ name, keys: await keysOf(name).catch(() => undefined) }),
        { concurrency: atOnce },
      );
      const refused = await storage.deleteEach(keys.flatMap((one) => one.keys ?? []));
      for (const one of keys) if (!one.keys || one.keys.some((key) => refused.has(key))) left.add(one.name);
    };
    await deleteOf(async (name) => entries.get(name) ?? []);
    await deleteOf(besideMedia);
    await deleteOf(async (name) => [path + name]);
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
      const names = recordings.map(({ name }) => name);
      const order = `${orders}${randomUUID()}.json`;
      await storage.putJson(order, { names });
      const entries = new Map(recordings.map((one) => [one.name, index.keysOf(one)]));
      const left = await inOrder(names, entries);
      if (left.size === 0) await storage.delete(order);
      return left;
    },

    /** The orders that have not been carried out, or not yet: one LIST. */
    async pending(): Promise<string[]> {
      const { objects } = await storage.listPage({ prefix: orders });
      return objects.map(({ key }) => key);
    },

    /** The names that an order is about: one GET. */
    namesOf: async (order: string): Promise<string[]> => parseOrder(await storage.getText(order)),

    /** Carries an order out to its end, however much of it is done: requests as {@link all}. */
    async finish(order: string, find: (name: string) => Promise<Recording | undefined>): Promise<void> {
      const names = parseOrder(await storage.getText(order));
      const found = await pMap(names, find, { concurrency: atOnce });
      // Where nothing is found, the entries are gone: they went first.
      const entries = new Map(found.flatMap((one) => (one ? [[one.name, index.keysOf(one)]] : [])));
      const left = await inOrder(names, entries);
      if (left.size === 0) await storage.delete(order);
    },
  };
}

export type Erase = ReturnType<typeof createErase>;
