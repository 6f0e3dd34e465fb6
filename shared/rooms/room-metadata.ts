import * as z from 'zod/mini';
import { askingModeSchema } from './consent.ts';
import { recordingSchema } from '../recordings/recording.ts';

/** The status of a room's recording: of the live one, or the end of the last. */
export const roomStatusSchema = z.extend(
  z.pick(recordingSchema, {
    ...{ id: true, name: true, status: true, endedBy: true, error: true },
    ...{ layout: true, quality: true, audioOnly: true },
  }),
  {
    /** When media began, in ms since 1970; absent while starting. */
    recordingSince: z.optional(z.number()),
    /** Whether the live recording can be watched from its beginning. */
    watchable: z.optional(z.boolean()),
    /** How participants are asked whether they are in it; absent where they are told. */
    consent: z.optional(askingModeSchema),
    /** When it reaches the maximum length, in ms since 1970. */
    endsAt: z.optional(z.number()),
    /**
     * When it ends because one person has been alone in the room for long, unless that person continues it,
     * in ms since 1970; absent while nobody is asked.
     */
    aloneUntil: z.optional(z.number()),
  },
);
export type RoomStatus = z.infer<typeof roomStatusSchema>;

/** Reelroom's part of a room's metadata, under a key of its own. Late joiners read it on joining. */
export const roomStateSchema = z.object({
  recording: z.optional(roomStatusSchema),
  /** The id of the recording's library, where several share a LiveKit; absent from older versions. */
  recordingFor: z.optional(z.string()),
  /** The room waits to be recorded as soon as two people are in it. */
  autoRecord: z.optional(z.literal(true)),
  /** The id of the library that it waits for, where several share a LiveKit: the first. */
  autoRecordFor: z.optional(z.string()),
});
export type RoomState = z.infer<typeof roomStateSchema>;

/** The same, read leniently: others may have written anything, and invalid fields count as absent. */
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

/** Parses Reelroom's part of a room's metadata; empty where there is none. */
export const parseRoomState = (metadata: string | undefined): RoomState =>
  foundSchema.parse(parseObject(metadata ?? '')[key]);

/** `metadata` with our key set to `state` (or removed, if that is empty) and every other key preserved. */
export function withRoomState(metadata: string | undefined, state: RoomState): string {
  const { [key]: _, ...others } = parseObject(metadata ?? '');
  const isEmpty = state.recording === undefined && state.autoRecord === undefined;
  return JSON.stringify(isEmpty ? others : { ...others, [key]: state });
}
