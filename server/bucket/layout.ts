import { mediaSuffix } from '@reelroom/shared';
import type { Storage } from '../adapters/s3/bucket.ts';
import { keysIn } from './keys-in.ts';

/** How long a segment is, in seconds; also the time between two key frames. */
const segmentSeconds = 4;

/** How much time is between two thumbnails, in seconds. */
export const thumbnailSeconds = 10;

/**
 * The size of a thumbnail, in pixels: the first is the picture of a link to it as well, and
 * less than 600 by 315 is not shown large.
 */
const thumbnailSize = { width: 640, height: 360 };

/** The folder in which each recording that has segments has one of its own. */
export const allSegments = (path: string): string => `${path}.reelroom/segments/`;

const allThumbs = (path: string): string => `${path}.reelroom/thumbs/`;

const folderNameOf = (name: string): string => `${name.slice(0, -mediaSuffix.length)}/`;

/**
 * Where the working files of the recording `name` are, given the key prefix `path`
 * of all recordings: keys, and the fields of Egress's SegmentedFileOutput and
 * ImageOutput that make Egress 1.8.6 write them there.
 *
 * The recording's name is only ever a folder: Egress puts what stands before the last
 * slash into keys as it is, but what stands behind it becomes the pattern of a file name
 * (where a `%` has a meaning), and loses everything from its last dot on.
 */
export function workingFiles(path: string, name: string) {
  const segmentsFolder = allSegments(path) + folderNameOf(name);
  const thumbsFolder = allThumbs(path) + folderNameOf(name);
  return {
    segmentsFolder,
    thumbsFolder,
    /** Every segment so far, from the beginning: an HLS playlist of type EVENT. */
    playlist: `${segmentsFolder}index.m3u8`,
    /** The last five segments only. */
    livePlaylist: `${segmentsFolder}live.m3u8`,
    /** The whole recording, with its tables first, while that is made; it goes with the segments. */
    tablesFirst: `${segmentsFolder}tables-first.mp4`,
    /** The first thumbnail. */
    poster: `${thumbsFolder}t_00000.jpeg`,
    segments: {
      filenamePrefix: `${segmentsFolder}s`,
      playlistName: `${segmentsFolder}index.m3u8`,
      livePlaylistName: `${segmentsFolder}live.m3u8`,
      segmentDuration: segmentSeconds,
      disableManifest: true,
    },
    images: {
      filenamePrefix: `${thumbsFolder}t`,
      captureInterval: thumbnailSeconds,
      ...thumbnailSize,
      disableManifest: true,
    },
  };
}

/** {@link workingFiles} as Egress is asked for them. */
export const egressFiles = (path: string) => ({
  segmentSeconds,
  of: (name: string) => workingFiles(path, name),
});

const numberOf = (key: string, pattern: RegExp) => Number(pattern.exec(key)?.[1] ?? Number.NaN);

/** Those of `keys` that match, by the number that the pattern finds: five digits, and more from 100,000 on. */
const inOrder = (keys: string[], pattern: RegExp): string[] =>
  keys
    .filter((key) => pattern.test(key))
    .sort((one, other) => numberOf(one, pattern) - numberOf(other, pattern));

/** The segments among `keys`, in the order in which they were recorded. */
export const segmentsInOrder = (keys: string[]): string[] => inOrder(keys, /\/s_(\d{5,})\.ts$/);

/** The thumbnails among `keys`, in the order in which they were taken, {@link thumbnailSeconds} apart. */
const thumbnailsInOrder = (keys: string[]): string[] => inOrder(keys, /\/t_(\d{5,})\.jpeg$/);

/** The keys of a recording's segments, in order: one LIST per 1,000. */
export const listSegments = async (
  storage: Pick<Storage, 'list'>,
  path: string,
  name: string,
): Promise<string[]> => segmentsInOrder(await keysIn(storage, allSegments(path) + folderNameOf(name)));

/** The keys of a recording's thumbnails, in order: one LIST per 1,000. */
export const listThumbnails = async (storage: Storage, path: string, name: string): Promise<string[]> =>
  thumbnailsInOrder(await keysIn(storage, allThumbs(path) + folderNameOf(name)));

/** Deletes a recording's segments and playlists: one LIST and one DELETE per 1,000. */
export const deleteSegments = async (storage: Storage, path: string, name: string): Promise<void> =>
  storage.deleteMany(await keysIn(storage, allSegments(path) + folderNameOf(name)));

/** The keys of all that was stored while a recording was made: two LISTs, or more past 1,000 keys. */
export const listWorkingFiles = async (storage: Storage, path: string, name: string): Promise<string[]> => [
  ...(await keysIn(storage, allSegments(path) + folderNameOf(name))),
  ...(await keysIn(storage, allThumbs(path) + folderNameOf(name))),
];
