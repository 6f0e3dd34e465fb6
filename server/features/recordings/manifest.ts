import { manifestSuffix, mediaSuffix, parseRecordingName, type Recording } from '@reelroom/shared';
import { z } from 'zod';

/**
 * The file beside a recording that describes it: Egress's own four fields, as the
 * seed reads them, and ours. Its number may be a string, as Egress writes it.
 */
const manifestSchema = z.object({
  egress_id: z.string(),
  room_id: z.string(),
  room_name: z.string(),
  /** Nanoseconds since 1970. */
  started_at: z.coerce.number(),
  /** Milliseconds. */
  duration_ms: z.number().optional(),
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
export const manifestOf = (recording: Recording): z.infer<typeof manifestSchema> => ({
  egress_id: recording.id,
  room_id: recording.roomId,
  room_name: recording.roomName,
  started_at: recording.startedAt * 1_000_000,
  ...(recording.durationMs !== undefined && { duration_ms: recording.durationMs }),
});

/** What a file's name and date tell, for a recording that has no readable manifest. */
function recordingOfMedia({ name, size, lastModified }: Media): Recording {
  const said = parseRecordingName(name) ?? {
    roomName: name.slice(0, -mediaSuffix.length),
    roomId: '',
    startedAt: lastModified.getTime(),
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

/** The recording that `media` and the text of its manifest describe; without one, or with a broken one, the file's name does. */
export function describeRecording(media: Media, manifestText: string | undefined): Recording {
  const { data } = manifestSchema.safeParse(parseJson(manifestText ?? ''));
  if (!data) return recordingOfMedia(media);
  return {
    id: data.egress_id,
    name: media.name,
    roomName: data.room_name,
    roomId: data.room_id,
    startedAt: Math.round(data.started_at / 1_000_000),
    size: media.size,
    status: 'ready',
    ...(data.duration_ms !== undefined && { durationMs: data.duration_ms }),
  };
}
