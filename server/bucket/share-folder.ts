import { mediaSuffix } from '@reelroom/shared';
import type { Storage } from '../adapters/s3/bucket.ts';
import { keysIn } from './keys-in.ts';

/** The folder in which each recording that was shared has one of its own, given the key prefix `path` of all recordings. */
export const allLinks = (path: string): string => `${path}.reelroom/shares/`;

/** The folder of a recording's links. */
export const linksFolder = (path: string, name: string): string =>
  `${allLinks(path)}${name.slice(0, -mediaSuffix.length)}/`;

/** The keys of all links to a recording: one LIST per 1,000. */
export const listLinks = (storage: Storage, path: string, name: string): Promise<string[]> =>
  keysIn(storage, linksFolder(path, name));
