import * as z from 'zod/mini';
import { recordingNameSchema } from '../base/recording-name.ts';
import { recordingStatusSchema } from './recording-status.ts';
import { roomInputSchema } from '../base/room-name.ts';

/** Why a ready recording ended. */
export const endedBySchema = z
  .enum([
    /** Somebody pressed Stop. */
    'stop',
    /** Everyone left, or the room was closed. */
    'room-closed',
    /** It reached the maximum length. */
    'limit',
    /** The recorder was shut down gracefully. */
    'recorder-shutdown',
    /** The recorder was lost, and the file was rebuilt from segments. */
    'recovered',
    /** One person was left in the room, and did not continue it. */
    'alone',
  ])
  .check(z.describe('Why a ready recording ended'));
export type EndedBy = z.infer<typeof endedBySchema>;

/** Why a failed recording failed; `error` is the sentence for people. */
export const failureSchema = z
  .enum(['NOT_BEGUN', 'NO_RECORDER', 'RECORDER_FAILED', 'RECORDER_LOST'])
  .check(z.describe('Why a failed recording failed, for programs'));
export type Failure = z.infer<typeof failureSchema>;

/** The sentences for people, by failure. */
export const failureSentences: Record<Failure, string> = {
  NOT_BEGUN: 'The recording was stopped before it began',
  NO_RECORDER: 'No recorder was free: nothing was recorded',
  RECORDER_FAILED: 'The recorder failed, and left nothing that can be played',
  RECORDER_LOST: 'The recorder was lost, and left nothing that can be played',
};

export const layoutSchema = z
  .enum(['grid', 'speaker', 'single-speaker'], { error: 'layout must be grid, speaker or single-speaker' })
  .check(z.describe('All participants alike, the speaker large, or the speaker alone'));
export const qualitySchema = z
  .enum(['480p', '720p', '1080p'], { error: 'quality must be 480p, 720p or 1080p' })
  .check(z.describe('The height of the picture in pixels'));
export const audioOnlySchema = z
  .boolean({ error: 'audioOnly must be true or false' })
  .check(z.describe('Records sound without a picture'));

/** A recording in lists and responses: the seed's six fields and ours. */
export const recordingSchema = z.object({
  id: z.string().check(z.describe('The egress that made it')),
  name: recordingNameSchema,
  roomName: z.string(),
  roomId: z.string(),
  startedAt: z.number().check(z.describe('When it was asked for, in ms since 1970')),
  size: z.number().check(z.describe('Bytes; 0 until the file is stored')),
  durationMs: z.optional(z.number().check(z.describe('Length of the media in ms, where it is known'))),
  width: z.optional(
    z.number().check(z.describe('The picture, in pixels; absent where there is none, or it is not known')),
  ),
  height: z.optional(z.number().check(z.describe('As width, in pixels'))),
  status: recordingStatusSchema,
  endedBy: z.optional(endedBySchema),
  lostMs: z.optional(
    z
      .number()
      .check(z.describe('How much of its end a recovered recording lacks, in ms, where that is known')),
  ),
  failure: z.optional(failureSchema),
  error: z.optional(z.string().check(z.describe('Why a failed recording failed, a sentence for people'))),
  reason: z.optional(
    z.string().check(z.describe('What the recorder itself gave as the reason of a failure, for operators')),
  ),
  layout: z.optional(layoutSchema),
  quality: z.optional(qualitySchema),
  audioOnly: z.optional(audioOnlySchema),
  // As stored, perhaps under other rules than titleSchema's.
  title: z.optional(z.string().check(z.describe('What people call it'))),
  keep: z.optional(z.boolean().check(z.describe('Whether it stays, however old it becomes'))),
  trashedAt: z.optional(
    z.number().check(z.describe('When it was moved to the trash, in ms since 1970; absent where it was not')),
  ),
  deletedAt: z.optional(
    z
      .number()
      .check(z.describe('When its deletion from the trash began, in ms since 1970: it cannot be restored')),
  ),
});
export type Recording = z.infer<typeof recordingSchema>;

/** How to record, all of it optional. */
export const startOptionsSchema = z.object({
  layout: z._default(layoutSchema, 'grid'),
  quality: z._default(qualitySchema, '720p'),
  audioOnly: z._default(audioOnlySchema, false),
});

/** Which room to record, and how. */
export const startInputSchema = z.extend(roomInputSchema, startOptionsSchema.shape);
export type StartOptions = z.output<typeof startInputSchema>;

/** The REST response to a start, as in the seed. */
export const startedSchema = z.object({
  message: z.literal('Recording started'),
  recording: z.pick(recordingSchema, { name: true, startedAt: true }),
});
export type Started = z.infer<typeof startedSchema>;

/** The REST response to a stop, as in the seed; the recording is still being finalised. */
export const stoppedSchema = z.object({
  message: z.literal('Recording stopped'),
  recording: z.pick(recordingSchema, { name: true, startedAt: true, size: true }),
});
export type Stopped = z.infer<typeof stoppedSchema>;

/** The REST response to a deletion, as in the seed. */
export const deletedSchema = z.object({ message: z.literal('Recording deleted') });
export type Deleted = z.infer<typeof deletedSchema>;

export const recordingInputSchema = z.object({ name: recordingNameSchema });

/** A recording to watch, with the token of a share link in `share`. */
export const watchInputSchema = z.extend(recordingInputSchema, {
  share: z.optional(z.string({ error: 'share must be what the link carries behind share=' })),
});
