import * as z from 'zod/mini';
import { shortText } from './name-text.ts';

/** The extension of a recording's file; its manifest appends {@link manifestSuffix}. */
export const mediaSuffix = '.mp4';
/** `NAME.mp4.json`: the manifest beside the media. */
export const manifestSuffix = '.json';

/**
 * A recording's name, `{roomName}-{roomId}-{time}.mp4`: one part of an S3 key. It has no slash, so that
 * nothing outside the recordings' folder can be named, and with its manifest's suffix it fits the 255 bytes
 * that S3 servers on a file system allow.
 */
export const recordingNameSchema = z
  .string({ error: 'name is required: the name of the recording, such as room-RM_x-2026-01-31T101530.mp4' })
  .check(
    z.regex(/^(?!\.+mp4$)[^/\\\p{Cc}\p{Cs}]+\.mp4$/u, {
      error:
        'name must be the name of a recording: it ends in .mp4, has no slash or control character, and is more than dots',
    }),
    z.refine((name) => new TextEncoder().encode(name + manifestSuffix).length <= 255, {
      error: 'name is too long: at most 250 bytes of UTF-8',
    }),
    z.meta({ maxLength: 250, pattern: shortText(246, '/\\', '\\.mp4', '.') }),
    z.describe('{roomName}-{roomId}-{time}.mp4, at most 250 bytes of UTF-8; the time is UTC'),
  );

/**
 * The name of a recording that starts at `startedAt` (ms since 1970). The time is UTC as in Egress's own
 * `{time}`, with milliseconds, so that two recordings of one room never share a name.
 */
export function recordingName(room: { name: string; id: string }, startedAt: number): string {
  const time = new Date(startedAt).toISOString().replace(/[:.Z]/g, '');
  return `${room.name}-${room.id}-${time}${mediaSuffix}`;
}

const parts = /^(.+)-(RM_[^-]+)-(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})?\.mp4$/u;

/** Parses a name of that form, the seed's included, its time in ms since 1970; undefined for any other. */
export function parseRecordingName(
  name: string,
): { roomName: string; roomId: string; startedAt: number } | undefined {
  const match = parts.exec(name);
  if (!match) return undefined;
  const [, roomName = '', roomId = '', day, hour, minute, second, ms = '000'] = match;
  const startedAt = Date.parse(`${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(startedAt) ? undefined : { roomName, roomId, startedAt };
}
