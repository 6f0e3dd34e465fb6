import { mediaSuffix } from '@reelroom/shared';
import type { Storage } from '../adapters/s3/bucket.ts';
import { keysIn } from './keys-in.ts';

/** The folder of a recording's links, given the key prefix `path` of all recordings. */
export const linksFolder = (path: string, name: string): string =>
  `${path}.reelroom/shares/${name.slice(0, -mediaSuffix.length)}/`;

/** The keys of all links to a recording: one LIST per 1,000. */
export const listLinks = (storage: Storage, path: string, name: string): Promise<string[]> =>
  keysIn(storage, linksFolder(path, name));
