import { z } from 'zod';
import { recordingNameSchema } from './recording-name.ts';
import { roomNameSchema } from './room-name.ts';
import { titleSchema } from './title.ts';

/** The states of a recording: the last two are final. */
export const recordingStatusSchema = z.enum(['starting', 'recording', 'stopping', 'ready', 'failed']);
export type RecordingStatus = z.infer<typeof recordingStatusSchema>;

/** Order of a recording's life; of two things heard about one recording the later is true. */
export const statusOrder: Record<RecordingStatus, number> = {
  starting: 0,
  recording: 1,
  stopping: 2,
  ready: 3,
  failed: 3,
};

/** Whether a status is one that a recording does not leave again. */
export const isFinal = (status: RecordingStatus): boolean => status === 'ready' || status === 'failed';

/** Why a ready recording ended. */
export const endedBySchema = z.enum([
  /** Somebody pressed Stop. */
  'stop',
  /** Everyone left, or the room was closed. */
  'room-closed',
  /** It became as long as a recording may be. */
  'limit',
  /** The recorder was shut down, and ended it properly. */
  'recorder-shutdown',
  /** The recorder was lost, and what it had stored was made whole. */
  'recovered',
]);
export type EndedBy = z.infer<typeof endedBySchema>;

/** Why a failed recording failed; `error` says it to people. */
export const failureSchema = z.enum(['NOT_BEGUN', 'NO_RECORDER', 'RECORDER_FAILED', 'RECORDER_LOST']);
export type Failure = z.infer<typeof failureSchema>;

/** A recording as lists and answers show it; the seed's six fields and ours. */
export const recordingSchema = z.object({
  /** The egress that made it. */
  id: z.string(),
  name: recordingNameSchema,
  roomName: z.string(),
  roomId: z.string(),
  /** When it was asked for, in ms since 1970. */
  startedAt: z.number(),
  /** Bytes; 0 until the file is stored. */
  size: z.number(),
  /** Length of the media in ms, where it is known. */
  durationMs: z.number().optional(),
  /** The picture, in pixels; absent where there is none, or it is not known. */
  width: z.number().optional(),
  height: z.number().optional(),
  status: recordingStatusSchema,
  endedBy: endedBySchema.optional(),
  /** How much of its end a recovered recording lacks, in ms, where that is known. */
  lostMs: z.number().optional(),
  failure: failureSchema.optional(),
  /** Why a failed recording failed, a sentence for people. */
  error: z.string().optional(),
  /** What people call it. */
  title: titleSchema.optional(),
  /** Whether it stays, however old it becomes. */
  keep: z.boolean().optional(),
});
export type Recording = z.infer<typeof recordingSchema>;

export const roomInputSchema = z.object({ roomName: roomNameSchema });

/** How to record a room; all but its name optional. */
export const startInputSchema = roomInputSchema.extend({
  /** Everyone alike, whoever speaks large, or whoever speaks alone. */
  layout: z
    .enum(['grid', 'speaker', 'single-speaker'], { error: 'layout must be grid, speaker or single-speaker' })
    .default('grid'),
  quality: z
    .enum(['480p', '720p', '1080p'], { error: 'quality must be 480p, 720p or 1080p' })
    .default('720p'),
  audioOnly: z.boolean({ error: 'audioOnly must be true or false' }).default(false),
});
export type StartOptions = z.output<typeof startInputSchema>;
export const recordingInputSchema = z.object({ name: recordingNameSchema });

/** A recording, seen by whoever holds a link to it: `share` is what the link carries. */
export const watchInputSchema = recordingInputSchema.extend({
  share: z.string({ error: 'share must be what the link carries behind share=' }).optional(),
});
