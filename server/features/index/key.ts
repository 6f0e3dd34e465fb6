import { createHash } from 'node:crypto';
import { endedBySchema, failureSchema, mediaSuffix, recordingName, type Recording } from '@reelroom/shared';
import { failureSentences } from '@reelroom/shared';
import { encodeKeyPart, decodeKeyPart } from './key-encoding.ts';
import { inFolders, isPosition, positionOf, timeOf } from './position.ts';

/**
 * The keys of the index. An entry is an empty object; all that a row of the list shows is
 * in its key, so that one LIST is one page:
 *
 *     ROOT all/          POSITION FIELDS }
 *     ROOT room/{room}/  POSITION FIELDS }
 *     ROOT trash/        POSITION FIELDS }     of a recording in the trash, which has no other
 *
 * The fields, each a letter and a value, have `|` between them. Nothing but the end of an
 * entry is a `}`, so that no entry is ever the folder of another.
 */

/** S3's limit for keys, and that of servers on a file system for the part between two slashes. */
const maxKeyBytes = 1_024;
const maxPartBytes = 255;

const bytes = (text: string) => Buffer.byteLength(text);

const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url');

/** The name of a room's folder: the room's name, where that fits. */
function roomFolder(roomName: string): string {
  const name = encodeKeyPart(roomName).replace(/^\./, '{d');
  if (name === '') return '{e';
  return bytes(name) <= maxPartBytes ? name : `{h${hashOf(roomName)}`;
}

/** The room's name of a folder; undefined where only its entries have it. */
export function roomNameOf(folder: string): string | undefined {
  if (folder === '{e') return '';
  if (folder.startsWith('{h')) return undefined;
  return decodeKeyPart(folder.replace(/^\{d/, '.'));
}

/** The folder of all recordings, or of a room's. */
export const folderOf = (root: string, roomName?: string): string =>
  roomName === undefined ? `${root}all/` : `${root}room/${roomFolder(roomName)}/`;

/** The folder of the recordings in the trash. */
export const trashOf = (root: string): string => `${root}trash/`;

/** The folder of all rooms' folders. */
export const allRooms = (root: string): string => `${root}room/`;

/** The part of a recording's name that room and time do not determine. */
function nameFields(recording: Recording): string[] {
  const { name, roomName, roomId, startedAt } = recording;
  if (name === recordingName({ name: roomName, id: roomId }, startedAt)) return [];
  const stem = name.slice(0, -mediaSuffix.length);
  return stem.startsWith(roomName)
    ? [`n${encodeKeyPart(stem.slice(roomName.length))}`]
    : [`N${encodeKeyPart(stem)}`];
}

const number = (letter: string, value: number | undefined) =>
  value === undefined ? [] : [letter + Math.max(0, Math.round(value)).toString(36)];
const text = (letter: string, value: string | undefined) =>
  value === undefined ? [] : [letter + encodeKeyPart(value)];

const fieldsOf = (recording: Recording, hasRoomName: boolean): string[] => [
  `s${recording.status}`,
  ...number('b', recording.size),
  ...number('d', recording.durationMs),
  ...number('w', recording.width),
  ...number('h', recording.height),
  ...number('l', recording.lostMs),
  ...text('e', recording.endedBy),
  ...text('f', recording.failure),
  ...(recording.keep ? ['k'] : []),
  ...number('x', recording.trashedAt),
  ...text('i', recording.id),
  ...text('o', recording.roomId),
  ...(hasRoomName ? text('r', recording.roomName) : []),
  ...nameFields(recording),
  ...text('t', recording.title),
];

/** Splits a text into parts that each fit between two slashes. */
function inParts(whole: string): string {
  let parts = '';
  let length = 0;
  for (const character of whole) {
    const more = bytes(character);
    if (length + more > maxPartBytes) {
      parts += '/';
      length = 0;
    }
    parts += character;
    length += more;
  }
  return parts;
}

function entryIn(folder: string, recording: Recording, hasRoomName: boolean): string {
  const position = inFolders(positionOf(recording));
  const start = position.lastIndexOf('/') + 1;
  const keyOf = (title: string | undefined) => {
    const fields = fieldsOf({ ...recording, title }, hasRoomName).join('|');
    return folder + position.slice(0, start) + inParts(`${position.slice(start)}${fields}}`);
  };
  const { title } = recording;
  const characters = [...(title ?? '')];
  // Lists show a shortened title; the manifest has all of it.
  for (let length = characters.length; length >= 0; length -= 1) {
    const cut = length === characters.length ? title : `${characters.slice(0, length).join('')}…`;
    const key = keyOf(cut);
    if (bytes(key) <= maxKeyBytes) return key;
  }
  throw new RangeError(`${recording.name} does not fit into a key of the index`);
}

/**
 * The keys of a recording's entries: in the folder of all recordings, and in its room's; of one in the trash
 * only there.
 * @param root where the index is, ending in a slash
 * @throws {RangeError} for foreign names that are too long
 */
export function entryKeys(root: string, described: Recording): string[] {
  // A time out of range becomes the nearest position.
  const recording = { ...described, startedAt: timeOf(positionOf(described)) };
  if (recording.trashedAt !== undefined) return [entryIn(trashOf(root), recording, true)];
  const room = folderOf(root, recording.roomName);
  const isNamed = roomNameOf(roomFolder(recording.roomName)) !== undefined;
  return [entryIn(folderOf(root), recording, true), entryIn(room, recording, !isNamed)];
}

/** An entry, and its position in its folder. */
export interface Entry {
  key: string;
  position: string;
  recording: Recording;
}

const wholeNumber = (digits: string | undefined) =>
  digits !== undefined && /^[0-9a-z]{1,11}$/.test(digits) ? parseInt(digits, 36) : undefined;

function nameOf(fields: Map<string, string>, room: { name: string; id: string }, startedAt: number): string {
  const rest = fields.get('n');
  const stem = fields.get('N') ?? (rest === undefined ? undefined : room.name + rest);
  return stem === undefined ? recordingName(room, startedAt) : stem + mediaSuffix;
}

/** Parses an entry's key; undefined where it is none. */
export function readEntry(root: string, key: string): Entry | undefined {
  const [, roomPart, high = '', middle = '', low = ''] =
    /^(?:all|trash|room\/([^/]+))\/(\d{4})\/(\d{3})\/(.+)\}$/su.exec(key.slice(root.length)) ?? [];
  const row = low.replaceAll('/', '');
  const position = high + middle + row.slice(0, 14);
  if (!key.startsWith(root) || !isPosition(position)) return undefined;

  const fields = new Map(
    row
      .slice(14)
      .split('|')
      .map((field) => [field.slice(0, 1), decodeKeyPart(field.slice(1))]),
  );
  const status = fields.get('s');
  const size = wholeNumber(fields.get('b'));
  const roomName = fields.get('r') ?? (roomPart === undefined ? undefined : roomNameOf(roomPart));
  const roomId = fields.get('o');
  const id = fields.get('i');
  if (status !== 'ready' && status !== 'failed') return undefined;
  if (size === undefined || roomName === undefined || roomId === undefined || id === undefined)
    return undefined;

  const startedAt = timeOf(position);
  const name = nameOf(fields, { name: roomName, id: roomId }, startedAt);
  const durationMs = wholeNumber(fields.get('d'));
  const width = wholeNumber(fields.get('w'));
  const height = wholeNumber(fields.get('h'));
  const lostMs = wholeNumber(fields.get('l'));
  // Cheaper than zod, which builds an error for each absent field.
  const endedBy = endedBySchema.options.find((one) => one === fields.get('e'));
  const failure = failureSchema.options.find((one) => one === fields.get('f'));
  const title = fields.get('t');
  const trashedAt = wholeNumber(fields.get('x'));
  return {
    key,
    position,
    recording: {
      ...{ id, name, roomName, roomId, startedAt, size },
      ...(durationMs !== undefined && { durationMs }),
      ...(width !== undefined && { width }),
      ...(height !== undefined && { height }),
      status,
      ...(endedBy !== undefined && { endedBy }),
      ...(lostMs !== undefined && { lostMs }),
      ...(failure !== undefined && { failure, error: failureSentences[failure] }),
      ...(title !== undefined && { title }),
      ...(fields.has('k') && { keep: true }),
      ...(trashedAt !== undefined && { trashedAt }),
    },
  };
}
