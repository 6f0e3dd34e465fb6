import type { Storage } from '../adapters/s3/bucket.ts';

/** All keys that begin with `folder`: one LIST per 1,000. */
export async function listKeys(storage: Pick<Storage, 'list'>, folder: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list(folder)) keys.push(key);
  return keys;
}
