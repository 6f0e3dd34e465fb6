import * as z from 'zod/mini';
import { recordingSchema } from './recording.ts';

/** How a room's recording stands, as the room is shown it: the one under way, or the last one's end. */
export const roomStatusSchema = z.extend(
  z.pick(recordingSchema, {
    ...{ id: true, name: true, status: true, endedBy: true, error: true },
    ...{ layout: true, quality: true, audioOnly: true },
  }),
  {
    /** When media began, in ms since 1970; absent while starting. */
    recordingSince: z.optional(z.number()),
    /** Whether it can be watched from its beginning while it is made. */
    watchable: z.optional(z.boolean()),
    /** When it will be ended, as long as a recording may be, in ms since 1970. */
    endsAt: z.optional(z.number()),
    /**
     * When it will be ended since one person has been alone in the room for long, unless
     * that person wants it to go on, in ms since 1970; absent while nobody is asked.
     */
    aloneUntil: z.optional(z.number()),
  },
);
export type RoomStatus = z.infer<typeof roomStatusSchema>;

/**
 * All that a room's metadata says of Reelroom, under a key of its own. Late joiners
 * read it on joining.
 */
export const roomStateSchema = z.object({
  recording: z.optional(roomStatusSchema),
  /** Whose recording it is, where several libraries share a LiveKit; older versions do not say. */
  recordingFor: z.optional(z.string()),
  /** The room waits to be recorded as soon as two people are in it. */
  autoRecord: z.optional(z.literal(true)),
  /** For whom it waits, where several libraries share a LiveKit: the one that was asked first. */
  autoRecordFor: z.optional(z.string()),
});
export type RoomState = z.infer<typeof roomStateSchema>;

/** As above, where others may have written anything: what is not understood is not there. */
const foundSchema = z.catch(
  z.object({
    recording: z.catch(roomStateSchema.shape.recording, undefined),
    recordingFor: z.catch(roomStateSchema.shape.recordingFor, undefined),
    autoRecord: z.catch(roomStateSchema.shape.autoRecord, undefined),
    autoRecordFor: z.catch(roomStateSchema.shape.autoRecordFor, undefined),
  }),
  {},
);

const objectSchema = z.catch(z.looseObject({}), {});

const key = 'reelroom';

const parseObject = (metadata: string): Record<string, unknown> => {
  try {
    return objectSchema.parse(JSON.parse(metadata));
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
