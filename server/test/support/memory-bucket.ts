import { createIndex } from '../../features/index/store.ts';

const inOrder = (keys: Iterable<string>) =>
  [...keys].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));

/**
 * An index over a bucket that is a set of keys, as S3 lists them; a LIST gives `atOnce` keys
 * at most, as S3 may. Counts the LISTs.
 */
export function memoryIndex(keys: Set<string>, atOnce: number) {
  let lists = 0;
  const storage = {
    listPage: async ({
      prefix,
      startAfter = '',
      limit = atOnce,
    }: {
      prefix: string;
      startAfter?: string | undefined;
      limit?: number;
    }) => {
      lists += 1;
      const all = inOrder(keys).filter(
        (key) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(startAfter)) > 0,
      );
      const objects = all
        .slice(0, Math.min(limit, atOnce))
        .map((key) => ({ key, size: 0, lastModified: new Date(0) }));
      return { objects, folders: [], isTruncated: objects.length < all.length };
    },
    async *folders(prefix: string) {
      lists += 1;
      const names = inOrder(keys)
        .filter((key) => key.startsWith(prefix) && key.slice(prefix.length).includes('/'))
        .map((key) => key.slice(prefix.length).split('/')[0] ?? '');
      yield* new Set(names);
    },
    putEmpty: async (key: string) => void keys.add(key),
    putJson: async (key: string) => void keys.add(key),
    deleteMany: async (gone: string[]) => gone.forEach((key) => keys.delete(key)),
    head: async () => ({ status: 404 }),
  };
  const doubled: string[] = [];
  const index = createIndex({ storage, path: '' });
  index.onDuplicate(({ name }) => doubled.push(name));
  return { index, doubled, lists: () => lists };
}
