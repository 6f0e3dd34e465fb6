import { z } from 'zod';
import { recordingSchema } from './recording.ts';

/** How a room's recording stands, as the room is shown it: the one under way, or the last one's end. */
export const roomStatusSchema = recordingSchema
  .pick({
    ...{ id: true, name: true, status: true, endedBy: true, error: true },
    ...{ layout: true, quality: true, audioOnly: true },
  })
  .extend({
    /** When media began, in ms since 1970; absent while starting. */
    recordingSince: z.number().optional(),
    /** Whether it can be watched from its beginning while it is made. */
    watchable: z.boolean().optional(),
    /** When it will be ended, as long as a recording may be, in ms since 1970. */
    endsAt: z.number().optional(),
    /**
     * When it will be ended since one person has been alone in the room for long, unless
     * that person wants it to go on, in ms since 1970; absent while nobody is asked.
     */
    aloneUntil: z.number().optional(),
  });
export type RoomStatus = z.infer<typeof roomStatusSchema>;

/**
 * All that a room's metadata says of Reelroom, under a key of its own. Late joiners
 * read it on joining.
 */
export const roomStateSchema = z.object({
  recording: roomStatusSchema.optional(),
  /** Whose recording it is, where several libraries share a LiveKit; older versions do not say. */
  recordingFor: z.string().optional(),
  /** The room waits to be recorded as soon as two people are in it. */
  autoRecord: z.literal(true).optional(),
  /** For whom it waits, where several libraries share a LiveKit: the one that was asked first. */
  autoRecordFor: z.string().optional(),
});
export type RoomState = z.infer<typeof roomStateSchema>;

/** As above, where others may have written anything: what is not understood is not there. */
const foundSchema = z
  .object({
    recording: roomStateSchema.shape.recording.catch(undefined),
    recordingFor: roomStateSchema.shape.recordingFor.catch(undefined),
    autoRecord: roomStateSchema.shape.autoRecord.catch(undefined),
    autoRecordFor: roomStateSchema.shape.autoRecordFor.catch(undefined),
  })
  .catch({});

const key = 'reelroom';

const parseObject = (metadata: string): Record<string, unknown> => {
  try {
    return z.record(z.string(), z.unknown()).catch({}).parse(JSON.parse(metadata));
  } catch {
    return {};
  }
};

/** What a room's metadata tells of Reelroom; empty where it says nothing that is ours. */
export const parseRoomState = (metadata: string | undefined): RoomState =>
  foundSchema.parse(parseObject(metadata ?? '')[key]);

/** `metadata` with our key set to `state` (or taken away, if that is empty) and every other key left alone. */
export function withRoomState(metadata: string | undefined, state: RoomState): string {
  const { [key]: _, ...others } = parseObject(metadata ?? '');
  const isEmpty = state.recording === undefined && state.autoRecord === undefined;
  return JSON.stringify(isEmpty ? others : { ...others, [key]: state });
}
