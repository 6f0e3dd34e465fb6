import { z } from 'zod';
import { recordingSchema } from './recording.ts';

/**
 * What a room's metadata says of Reelroom, under a key of its own: the recording
 * under way, or the last one's end. Late joiners read it on joining.
 */
export const roomStatusSchema = recordingSchema
  .pick({ id: true, name: true, status: true, endedBy: true, error: true })
  .extend({
    /** When media began, in ms since 1970; absent while starting. */
    recordingSince: z.number().optional(),
    /** Whether it can be watched from its beginning while it is made. */
    watchable: z.boolean().optional(),
    /** When it will be ended, as long as a recording may be, in ms since 1970. */
    endsAt: z.number().optional(),
  });
export type RoomStatus = z.infer<typeof roomStatusSchema>;

const key = 'reelroom';

const parseObject = (metadata: string): Record<string, unknown> => {
  try {
    return z.record(z.string(), z.unknown()).catch({}).parse(JSON.parse(metadata));
  } catch {
    return {};
  }
};

/** The recording that a room's metadata tells of; none where it says nothing that is ours. */
export function parseRoomStatus(metadata: string | undefined): RoomStatus | undefined {
  return roomStatusSchema
    .optional()
    .catch(undefined)
    .parse(parseObject(metadata ?? '')[key]);
}

/** `metadata` with our key set to `status` (or taken away) and every other key left alone. */
export function withRoomStatus(metadata: string | undefined, status: RoomStatus | undefined): string {
  const { [key]: _, ...others } = parseObject(metadata ?? '');
  return JSON.stringify(status ? { ...others, [key]: status } : others);
}
