import { createHash } from 'node:crypto';

/** The last time that has a position, in ms since 1970: in the year 2286. */
const lastMoment = 9_999_999_999_999;

const clamp = (time: number) => Math.min(Math.max(Math.round(time), 0), lastMoment);

/** Inverted, so that S3's key order is newest first. */
const inverted = (time: number) => String(lastMoment - clamp(time)).padStart(13, '0');

/**
 * A recording's position in the index, newest first: 13 digits of its inverted start time, and 8 characters
 * of its name's hash, which separate recordings of one millisecond.
 */
export const positionOf = ({ startedAt, name }: { startedAt: number; name: string }): string =>
  inverted(startedAt) + createHash('sha256').update(name).digest('base64url').slice(0, 8);

/** Whether a text is a position. */
export const isPosition = (text: string): boolean => /^\d{13}[\w-]{8}$/.test(text);

/** The time of a position, in ms since 1970. */
export const timeOf = (position: string): number => lastMoment - Number(position.slice(0, 13));

/**
 * A position, or a prefix of one, as it is written in a key. S3 servers on a file system read and sort a
 * whole folder for each LIST, so folders must stay small: they span 12 days and 17 minutes.
 */
export const inFolders = (position: string): string =>
  [position.slice(0, 4), position.slice(4, 7), position.slice(7)].filter(Boolean).join('/');

/** A key after all keys of this position (or prefix of one), and before all later ones. */
export const keyAfter = (position: string): string => `${inFolders(position)}~`;

/** A key after everything that began at `time` (ms since 1970) or later; empty where nothing can have. */
export const keyAfterTime = (time: number): string => (time > lastMoment ? '' : keyAfter(inverted(time)));
