import { createHash } from 'node:crypto';
import { mediaSuffix } from '@reelroom/shared';
import type { Storage } from '../adapters/s3/bucket.ts';
import { listReceipts } from './consent.ts';
import { listKeys } from './keys-in.ts';

/** How long a segment is, in seconds; also the time between two key frames. */
const segmentSeconds = 4;

/** The interval of thumbnails, in seconds. */
export const thumbnailSeconds = 10;

/**
 * The size of a thumbnail, in pixels: the first is also the preview of links (Open Graph), where less than
 * 600 by 315 is shown small.
 */
const thumbnailSize = { width: 640, height: 360 };

/** The folder of all recordings' segments; each has a subfolder. */
export const segmentsRoot = (path: string): string => `${path}.reelroom/segments/`;

const thumbsRoot = (path: string): string => `${path}.reelroom/thumbs/`;

const folderNameOf = (name: string): string => `${name.slice(0, -mediaSuffix.length)}/`;

/**
 * The keys of the working files of the recording `name`, given the key prefix `path` of all recordings, and
 * the fields of Egress's SegmentedFileOutput and ImageOutput that make Egress 1.8.6 write them there.
 *
 * The recording's name is only ever a folder: Egress copies the part before the last slash into keys
 * verbatim, but treats the part after it as a pattern of file names (where `%` has a meaning), and cuts it at
 * its last dot.
 */
export function workingFiles(path: string, name: string) {
  const segmentsFolder = segmentsRoot(path) + folderNameOf(name);
  const thumbsFolder = thumbsRoot(path) + folderNameOf(name);
  return {
    segmentsFolder,
    thumbsFolder,
    /** Every segment so far, from the beginning: an HLS playlist of type EVENT. */
    playlist: `${segmentsFolder}index.m3u8`,
    /** The last five segments only. */
    livePlaylist: `${segmentsFolder}live.m3u8`,
    /** The faststart copy of the recording, while it is made; deleted with the segments. */
    moovFirst: `${segmentsFolder}tables-first.mp4`,
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

/** {@link workingFiles} as Egress requests take them. */
export const egressFiles = (path: string) => ({
  segmentSeconds,
  of: (name: string) => workingFiles(path, name),
});

const numberOf = (key: string, pattern: RegExp) => Number(pattern.exec(key)?.[1] ?? Number.NaN);

/** The matching `keys`, sorted by the number that the pattern captures: five digits, more from 100,000 on. */
const inOrder = (keys: string[], pattern: RegExp): string[] =>
  keys
    .filter((key) => pattern.test(key))
    .sort((one, other) => numberOf(one, pattern) - numberOf(other, pattern));

/** The segments among `keys`, in recording order. */
export const segmentsInOrder = (keys: string[]): string[] => inOrder(keys, /\/s_(\d{5,})\.ts$/);

/** The thumbnails among `keys`, in recording order, {@link thumbnailSeconds} apart. */
const thumbnailsInOrder = (keys: string[]): string[] => inOrder(keys, /\/t_(\d{5,})\.jpeg$/);

const timeOfThumbnail = (key: string): number => numberOf(key, /t_(\d{5,})\.jpeg$/) * thumbnailSeconds;

/** Whether a thumbnail is of a part of a recording, in s. */
export const isInPart = ({ from, to }: { from: number; to: number }, key: string): boolean =>
  timeOfThumbnail(key) >= from && timeOfThumbnail(key) < to;

/** The name of the first thumbnail of a part of a recording that begins at `from`, in s. */
export const firstThumbnail = (from: number): string =>
  `t_${String(Math.ceil(from / thumbnailSeconds)).padStart(5, '0')}.jpeg`;

/** The keys of a recording's segments, in order: one LIST per 1,000. */
export const listSegments = async (
  storage: Pick<Storage, 'list'>,
  path: string,
  name: string,
): Promise<string[]> => segmentsInOrder(await listKeys(storage, segmentsRoot(path) + folderNameOf(name)));

/** The keys of a recording's thumbnails, in order: one LIST per 1,000. */
export const listThumbnails = async (storage: Storage, path: string, name: string): Promise<string[]> =>
  thumbnailsInOrder(await listKeys(storage, thumbsRoot(path) + folderNameOf(name)));

/** Deletes a recording's segments and playlists: one LIST and one DELETE per 1,000. */
export const deleteSegments = async (storage: Storage, path: string, name: string): Promise<void> =>
  storage.deleteMany(await listKeys(storage, segmentsRoot(path) + folderNameOf(name)));

/** The keys of a recording's segments, playlists, thumbnails and receipts of consent: three LISTs, or more past 1,000 keys. */
export const listWorkingFiles = async (storage: Storage, path: string, name: string): Promise<string[]> => [
  ...(await listKeys(storage, segmentsRoot(path) + folderNameOf(name))),
  ...(await listKeys(storage, thumbsRoot(path) + folderNameOf(name))),
  ...(await listReceipts(storage, path, name)),
];

const inKey = (text: string): string => Buffer.from(text).toString('base64url');

/** The key of a room's owner and rules; Base64 of a name of 180 bytes has 240 characters. */
export const roomKey = (path: string, roomName: string): string =>
  `${path}.reelroom/rooms/${inKey(roomName)}`;

/** The folder of an owner's rooms, by a hash of who that is: an address may be long. */
export const ownedRoomsFolder = (path: string, owner: string): string =>
  `${path}.reelroom/owners/${createHash('sha256').update(owner).digest('hex')}/`;

export const ownedRoomKey = (path: string, owner: string, roomName: string): string =>
  ownedRoomsFolder(path, owner) + inKey(roomName);

/** The room that a key of an owner's room names; undefined for any other key. */
export function roomOfKey(key: string): string | undefined {
  const encoded = key.slice(key.lastIndexOf('/') + 1);
  const roomName = Buffer.from(encoded, 'base64url').toString();
  return inKey(roomName) === encoded ? roomName : undefined;
}

/** The folder of what was audited, which has one for each month. */
export const auditRoot = (path: string): string => `${path}.reelroom/audit/`;

/** The folder of what was audited in a month, `2026-01`. */
export const auditFolder = (path: string, month: string): string => `${auditRoot(path)}${month}/`;

/** The folder of all rooms' invites. */
export const invitesRoot = (path: string): string => `${path}.reelroom/invites/`;

/** The folder of a room's invites. */
export const invitesFolder = (path: string, roomName: string): string =>
  `${invitesRoot(path)}${inKey(roomName)}/`;

export const inviteKey = (path: string, roomName: string, id: string): string =>
  invitesFolder(path, roomName) + id;

/** The folder of all rooms' lobbies. */
export const lobbiesRoot = (path: string): string => `${path}.reelroom/lobby/`;

/** The folder of who waits before a room, and of who was admitted or removed. */
export const lobbyFolder = (path: string, roomName: string): string =>
  `${lobbiesRoot(path)}${inKey(roomName)}/`;

export const lobbyKey = (path: string, roomName: string, person: string): string =>
  lobbyFolder(path, roomName) + person;

/** The folder of all sessions; each account has a subfolder, by a hash of its id. */
export const sessionsRoot = (path: string): string => `${path}.reelroom/sessions/`;

export const sessionsFolder = (path: string, accountId: string): string =>
  `${sessionsRoot(path)}${createHash('sha256').update(accountId).digest('hex')}/`;

export const sessionKey = (path: string, accountId: string, id: string): string =>
  sessionsFolder(path, accountId) + id;

/** The folder of API keys, each under its id. */
export const apiKeysFolder = (path: string): string => `${path}.reelroom/keys/`;

export const apiKeyKey = (path: string, id: string): string => apiKeysFolder(path) + id;
