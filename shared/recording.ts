import { z } from 'zod';
import { recordingNameSchema } from './recording-name.ts';
import { roomNameSchema } from './room-name.ts';

/** The states of a recording: the last two are final. */
export const recordingStatusSchema = z.enum(['starting', 'recording', 'stopping', 'ready', 'failed']);
export type RecordingStatus = z.infer<typeof recordingStatusSchema>;

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
  status: recordingStatusSchema,
  /** Why a failed recording failed, a sentence for people. */
  error: z.string().optional(),
});
export type Recording = z.infer<typeof recordingSchema>;

export const roomInputSchema = z.object({ roomName: roomNameSchema });
export const recordingInputSchema = z.object({ name: recordingNameSchema });

/** Which recordings to list; both fields compare exactly. */
export const listInputSchema = z.object({
  roomName: z.string().optional(),
  roomId: z.string().optional(),
});
export type ListInput = z.infer<typeof listInputSchema>;
