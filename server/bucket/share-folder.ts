import { mediaSuffix } from '@reelroom/shared';
import type { Storage } from '../adapters/s3/bucket.ts';
import { listKeys } from './keys-in.ts';

/**
 * The folder of all share links, given the key prefix `path` of all recordings; each recording has a
 * subfolder.
 */
export const linksRoot = (path: string): string => `${path}.reelroom/shares/`;

/** The folder of a recording's links. */
export const linksFolder = (path: string, name: string): string =>
  `${linksRoot(path)}${name.slice(0, -mediaSuffix.length)}/`;

/** The keys of all links to a recording: one LIST per 1,000. */
export const listLinks = (storage: Storage, path: string, name: string): Promise<string[]> =>
  listKeys(storage, linksFolder(path, name));
