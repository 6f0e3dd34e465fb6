import {
  consentReceiptSchema,
  manifestSuffix,
  mediaSuffix,
  parseRecordingName,
  recordingSchema,
  type ConsentReceipt,
  type Recording,
  type RecordingStatus,
} from '@reelroom/shared';
import { z } from 'zod';
import type { Storage } from '../adapters/s3/bucket.ts';
import { parseJson } from '../lib/parse-json.ts';

const fieldsSchema = z.record(z.string(), z.unknown()).catch({});

/** `fields` without those that `names` has. */
const without = (fields: Record<string, unknown>, names: { has: (name: string) => boolean }) =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.has(name)));

/**
 * Parses a stored recording, perhaps of a newer version: unreadable fields are left out; undefined where the
 * rest is no recording. An unknown status is a newer version's final one.
 */
export function parseStoredRecording(stored: unknown): Recording | undefined {
  const fields = fieldsSchema.parse(stored);
  const issues = recordingSchema.safeParse(fields).error?.issues ?? [];
  const unreadable = new Set(issues.map(({ path }) => String(path[0])));
  return recordingSchema.safeParse({ status: 'ready', ...without(fields, unreadable) }).data;
}

/**
 * The recording to store over `before`: fields that this version does not know, or cannot read, are
 * preserved.
 */
function storedRecording(recording: Recording, before: unknown): Record<string, unknown> {
  const known = new Set(Object.keys(parseStoredRecording(before) ?? {}));
  return { ...without(fieldsSchema.parse(before), known), ...recordingSchema.parse(recording) };
}

/**
 * The manifest beside a recording: Egress's own four fields, which the seed reads, and under our key all that
 * is known of the recording.
 */
const manifestSchema = z.object({
  egress_id: z.string(),
  room_id: z.string(),
  room_name: z.string(),
  /** Nanoseconds since 1970. */
  started_at: z.coerce.number(),
  /** Where a newer Egress put the file; it names its manifest differently. */
  files: z
    .array(z.object({ filename: z.string() }))
    .optional()
    .catch(undefined),
  reelroom: z.unknown().transform(parseStoredRecording).optional(),
});

/** What a listing of the bucket says of a recording's file. */
export interface Media {
  name: string;
  /** Bytes. */
  size: number;
  lastModified: Date;
}

/** The key of the manifest beside the media at `mediaKey`. */
export const manifestKey = (mediaKey: string): string => mediaKey + manifestSuffix;

/**
 * The manifest of `recording`, merged over the text `before` of the stored one.
 * @param consent the receipts of those who were asked; what the stored one has when absent or empty
 */
export function manifestOf(recording: Recording, before?: string, consent: ConsentReceipt[] = []) {
  const fields = parseJson(fieldsSchema, before) ?? {};
  return {
    ...fields,
    egress_id: recording.id,
    room_id: recording.roomId,
    room_name: recording.roomName,
    started_at: recording.startedAt * 1_000_000,
    reelroom: storedRecording(recording, fields.reelroom),
    ...(consent.length > 0 && { consent }),
  };
}

/** A recording without a readable manifest, from its file's name and date. */
function recordingOfMedia({ name, size, lastModified }: Media): Recording {
  const said = parseRecordingName(name) ?? {
    roomName: name.slice(0, -mediaSuffix.length),
    roomId: '',
    // In whole seconds, the precision of a HEAD's Last-Modified.
    startedAt: Math.floor(lastModified.getTime() / 1_000) * 1_000,
  };
  return { id: '', name, ...said, size, status: 'ready' };
}

const parseManifest = (text: string | undefined) => parseJson(manifestSchema, text);

/** What was last written of a recording by us; nothing by one of Egress, which older recordings have. */
export const recordingOfManifest = (manifestText: string | undefined): Recording | undefined =>
  parseManifest(manifestText)?.reelroom;

/** The recording in our manifest beside the media at `mediaKey`; undefined where there is none: one GET. */
export const readManifest = async (
  storage: Pick<Storage, 'getText'>,
  mediaKey: string,
): Promise<Recording | undefined> => recordingOfManifest(await storage.getText(manifestKey(mediaKey)));

/** Whether a text is a manifest at all. */
export const isManifest = (manifestText: string | undefined): boolean =>
  parseManifest(manifestText) !== undefined;

/** The names of the media that a manifest of a newer Egress lists. */
export const mediaOfManifest = (manifestText: string | undefined): string[] =>
  (parseManifest(manifestText)?.files ?? []).flatMap(({ filename }) => filename.split('/').pop() ?? []);

const withConsentSchema = z.object({ consent: z.array(z.unknown()) });

/** The receipts of consent in a manifest, the first answer first. */
export const consentOfManifest = (manifestText: string | undefined): ConsentReceipt[] =>
  (parseJson(withConsentSchema, manifestText)?.consent ?? []).flatMap(
    (stored) => consentReceiptSchema.safeParse(stored).data ?? [],
  );

/** How a recording ended, by a manifest of ours; nothing by one of Egress. */
export const endOf = (manifestText: string | undefined): RecordingStatus | undefined =>
  recordingOfManifest(manifestText)?.status;

/**
 * The recording that `media` and its manifest describe; the file's name where the manifest is missing or
 * broken.
 */
export function describeRecording(media: Media, manifestText: string | undefined): Recording {
  const manifest = parseManifest(manifestText);
  if (!manifest) return recordingOfMedia(media);
  // A recording whose file arrived late has not failed.
  const { failure: _failure, error: _error, ...described } = manifest.reelroom ?? {};
  return {
    id: manifest.egress_id,
    roomName: manifest.room_name,
    roomId: manifest.room_id,
    startedAt: Math.round(manifest.started_at / 1_000_000),
    ...described,
    // The file itself is more current than its manifest.
    name: media.name,
    size: media.size,
    status: 'ready',
  };
}

/** The failed recording of a manifest without media; undefined where it did not fail. */
export function describeFailure(manifestText: string | undefined): Recording | undefined {
  const recording = parseManifest(manifestText)?.reelroom;
  return recording?.status === 'failed' ? recording : undefined;
}
