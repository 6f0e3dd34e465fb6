import {
  manifestSuffix,
  mediaSuffix,
  parseRecordingName,
  recordingSchema,
  type Recording,
  type RecordingStatus,
} from '@reelroom/shared';
import { z } from 'zod';

const fieldsSchema = z.record(z.string(), z.unknown()).catch({});

/** `fields` without those that `names` has. */
const without = (fields: Record<string, unknown>, names: { has: (name: string) => boolean }) =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.has(name)));

/**
 * The recording that was stored, perhaps by a newer version: a field that this one cannot read is
 * left out; nothing where it is no recording even so. A status that is not known is one in which a
 * newer version has ended it.
 */
export function readRecording(stored: unknown): Recording | undefined {
  const fields = fieldsSchema.parse(stored);
  const issues = recordingSchema.safeParse(fields).error?.issues ?? [];
  const unreadable = new Set(issues.map(({ path }) => String(path[0])));
  return recordingSchema.safeParse({ status: 'ready', ...without(fields, unreadable) }).data;
}

/** What is stored of a recording, over what was: fields that this version does not know, or cannot read, stay. */
function storedRecording(recording: Recording, before: unknown): Record<string, unknown> {
  const known = new Set(Object.keys(readRecording(before) ?? {}));
  return { ...without(fieldsSchema.parse(before), known), ...recordingSchema.parse(recording) };
}

/**
 * The file beside a recording that describes it: Egress's own four fields, which the
 * seed reads, and under a key of ours all that is known of it.
 */
const manifestSchema = z.object({
  egress_id: z.string(),
  room_id: z.string(),
  room_name: z.string(),
  /** Nanoseconds since 1970. */
  started_at: z.coerce.number(),
  /** Where a newer Egress put the file, whose manifest has a name of its own. */
  files: z
    .array(z.object({ filename: z.string() }))
    .optional()
    .catch(undefined),
  reelroom: z.unknown().transform(readRecording).optional(),
});

/** What is known of a recording's file from the bucket's own listing. */
export interface Media {
  name: string;
  /** Bytes. */
  size: number;
  lastModified: Date;
}

/** The key of a recording's manifest, given its media's. */
export const manifestKey = (mediaKey: string): string => mediaKey + manifestSuffix;

/** What is written beside `recording`, over the text `before` of the manifest that is there. */
export function manifestOf(recording: Recording, before?: string) {
  const fields = fieldsSchema.parse(parseJson(before ?? ''));
  return {
    ...fields,
    egress_id: recording.id,
    room_id: recording.roomId,
    room_name: recording.roomName,
    started_at: recording.startedAt * 1_000_000,
    reelroom: storedRecording(recording, fields.reelroom),
  };
}

/** What a file's name and date tell, for a recording that has no readable manifest. */
function recordingOfMedia({ name, size, lastModified }: Media): Recording {
  const said = parseRecordingName(name) ?? {
    roomName: name.slice(0, -mediaSuffix.length),
    roomId: '',
    // In whole seconds, since a HEAD knows no more.
    startedAt: Math.floor(lastModified.getTime() / 1_000) * 1_000,
  };
  return { id: '', name, ...said, size, status: 'ready' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const parseManifest = (text: string | undefined) => manifestSchema.safeParse(parseJson(text ?? '')).data;

/** What was last written of a recording by us; nothing by one of Egress, which older recordings have. */
export const recordingOfManifest = (manifestText: string | undefined): Recording | undefined =>
  parseManifest(manifestText)?.reelroom;

/** Whether a text is a manifest at all. */
export const isManifest = (manifestText: string | undefined): boolean =>
  parseManifest(manifestText) !== undefined;

/** The names of the media that a manifest of a newer Egress says it is about. */
export const mediaOfManifest = (manifestText: string | undefined): string[] =>
  (parseManifest(manifestText)?.files ?? []).flatMap(({ filename }) => filename.split('/').pop() ?? []);

/** How a recording ended, by a manifest of ours; nothing by one of Egress. */
export const endOf = (manifestText: string | undefined): RecordingStatus | undefined =>
  recordingOfManifest(manifestText)?.status;

/** The recording that `media` and the text of its manifest describe; without one, or with a broken one, the file's name does. */
export function describeRecording(media: Media, manifestText: string | undefined): Recording {
  const manifest = parseManifest(manifestText);
  if (!manifest) return recordingOfMedia(media);
  // One that came after all has not failed.
  const { failure: _failure, error: _error, ...described } = manifest.reelroom ?? {};
  return {
    id: manifest.egress_id,
    roomName: manifest.room_name,
    roomId: manifest.room_id,
    startedAt: Math.round(manifest.started_at / 1_000_000),
    ...described,
    // The file says better than what was written of it.
    name: media.name,
    size: media.size,
    status: 'ready',
  };
}

/** The recording of a manifest that has no media beside it: a failed one, or none at all. */
export function describeFailure(manifestText: string | undefined): Recording | undefined {
  const recording = parseManifest(manifestText)?.reelroom;
  return recording?.status === 'failed' ? recording : undefined;
}
