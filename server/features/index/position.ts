import { createHash } from 'node:crypto';

/** The last moment that has a place, in ms since 1970: in the year 2286. */
const lastMoment = 9_999_999_999_999;

const clamp = (time: number) => Math.min(Math.max(Math.round(time), 0), lastMoment);

/** Newest first, since S3 lists its keys in their order. */
const inverted = (time: number) => String(lastMoment - clamp(time)).padStart(13, '0');

/**
 * Where a recording stands among all others, newest first: 13 digits of its inverted
 * time, and 8 letters that tell it from others of the same millisecond.
 */
export const positionOf = ({ startedAt, name }: { startedAt: number; name: string }): string =>
  inverted(startedAt) + createHash('sha256').update(name).digest('base64url').slice(0, 8);

/** Whether a text is a position. */
export const isPosition = (text: string): boolean => /^\d{13}[\w-]{8}$/.test(text);

/** The time of a position, in ms since 1970. */
export const timeOf = (position: string): number => lastMoment - Number(position.slice(0, 13));

/**
 * A position, or the beginning of one, as it stands in a key. S3 servers on a file system
 * read and sort a folder as a whole for each LIST, so none may become large: these hold
 * what began within 12 days and within 17 minutes.
 */
export const inFolders = (position: string): string =>
  [position.slice(0, 4), position.slice(4, 7), position.slice(7)].filter(Boolean).join('/');

/** Behind every key of this position, or of this beginning of one, and before all others. */
export const keyAfter = (position: string): string => `${inFolders(position)}~`;

/** Behind everything that began at `time` (ms since 1970) or later; empty where nothing can have. */
export const keyAfterTime = (time: number): string => (time > lastMoment ? '' : keyAfter(inverted(time)));
