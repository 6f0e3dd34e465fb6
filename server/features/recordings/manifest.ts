import {
  manifestSuffix,
  mediaSuffix,
  parseRecordingName,
  recordingSchema,
  type Recording,
  type RecordingStatus,
} from '@reelroom/shared';
import { z } from 'zod';

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
  reelroom: recordingSchema.optional().catch(undefined),
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

/** What is written beside `recording`. */
export const manifestOf = (recording: Recording) => ({
  egress_id: recording.id,
  room_id: recording.roomId,
  room_name: recording.roomName,
  started_at: recording.startedAt * 1_000_000,
  reelroom: recordingSchema.parse(recording),
});

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

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const parseManifest = (text: string | undefined) => manifestSchema.safeParse(parseJson(text ?? '')).data;

/** What was last written of a recording by us; nothing by the manifest that Egress writes before it. */
export const recordingOfManifest = (manifestText: string | undefined): Recording | undefined =>
  parseManifest(manifestText)?.reelroom;

/** Whether a text is a manifest at all. */
export const isManifest = (manifestText: string | undefined): boolean =>
  parseManifest(manifestText) !== undefined;

/** The names of the media that a manifest of a newer Egress says it is about. */
export const mediaOfManifest = (manifestText: string | undefined): string[] =>
  (parseManifest(manifestText)?.files ?? []).flatMap(({ filename }) => filename.split('/').pop() ?? []);

/** How a recording ended, by a manifest of ours; nothing by the one that Egress writes before it. */
export const endOf = (manifestText: string | undefined): RecordingStatus | undefined =>
  recordingOfManifest(manifestText)?.status;

/** The recording that `media` and the text of its manifest describe; without one, or with a broken one, the file's name does. */
export function describeRecording(media: Media, manifestText: string | undefined): Recording {
  const manifest = parseManifest(manifestText);
  if (!manifest) return recordingOfMedia(media);
  return {
    id: manifest.egress_id,
    roomName: manifest.room_name,
    roomId: manifest.room_id,
    startedAt: Math.round(manifest.started_at / 1_000_000),
    ...manifest.reelroom,
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
