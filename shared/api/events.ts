import * as z from 'zod/mini';
import { recordingSchema } from '../recordings/recording.ts';
import { roomStateSchema } from '../rooms/room-metadata.ts';

const roomStatusChangedSchema = z.object({
  type: z.literal('room-status'),
  roomName: z.string(),
  /** As written to the room's metadata. */
  state: roomStateSchema,
});

const recordingChangedSchema = z.object({
  type: z.enum([
    'recording-started',
    'recording-ready',
    'recording-failed',
    /** Its title or `keep` changed. */
    'recording-changed',
    /** It was moved to the trash, and is in no list. */
    'recording-trashed',
    /** It came back from the trash. */
    'recording-restored',
    /** It is gone for good. */
    'recording-deleted',
  ]),
  /** As it is after the change; for a deleted one, as it last was. */
  recording: recordingSchema,
});

/** Somebody knocked at a room, was admitted, refused or removed. */
const lobbyChangedSchema = z.object({ type: z.literal('lobby'), roomName: z.string() });

/** An event, as exchanged between app processes. */
export const eventSchema = z.discriminatedUnion('type', [
  roomStatusChangedSchema,
  recordingChangedSchema,
  lobbyChangedSchema,
]);
export type ReelroomEvent = z.infer<typeof eventSchema>;
type LobbyChanged = z.infer<typeof lobbyChangedSchema>;

/** Replaces missed events: subscribers must reload. */
export const resetSchema = z.object({ type: z.literal('reset') });
export type Reset = z.infer<typeof resetSchema>;

/** Events for an open library: of rooms, too, since live recordings have their status from there. */
export type RecordingChange = Exclude<ReelroomEvent, LobbyChanged> | Reset;

/** Where a subscription resumes: after the last event received, if any. */
export const changesInputSchema = z.optional(z.object({ lastEventId: z.nullish(z.string()) }));
