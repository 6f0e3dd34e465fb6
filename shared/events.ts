import * as z from 'zod/mini';
import { recordingSchema } from './recording.ts';
import { roomStateSchema } from './room-metadata.ts';

const roomStatusChangedSchema = z.object({
  type: z.literal('room-status'),
  roomName: z.string(),
  /** As everyone in the room is shown it. */
  state: roomStateSchema,
});

const recordingChangedSchema = z.object({
  type: z.enum([
    'recording-started',
    'recording-ready',
    'recording-failed',
    /** Its title, or whether it is kept. */
    'recording-changed',
    'recording-deleted',
  ]),
  /** As it is after the change; for a deleted one, as it last was. */
  recording: recordingSchema,
});

/** What happened, as the app's processes tell each other and open pages. */
export const eventSchema = z.discriminatedUnion('type', [roomStatusChangedSchema, recordingChangedSchema]);
export type ReelroomEvent = z.infer<typeof eventSchema>;

/** In place of events that were missed: what is shown must be loaded anew. */
export const resetSchema = z.object({ type: z.literal('reset') });
export type Reset = z.infer<typeof resetSchema>;

/** What an open library is told: of rooms, too, since the recordings under way have their status from there. */
export type RecordingChange = ReelroomEvent | Reset;

/** Where a subscription goes on: behind the last event that was seen, if any was. */
export const changesInputSchema = z.optional(z.object({ lastEventId: z.nullish(z.string()) }));
