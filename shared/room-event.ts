import { z } from 'zod';

/** The topic of our data messages in a room. */
export const roomEventTopic = 'reelroom';

/** A data message from the server to everyone in a room: a recording became ready, or is gone. */
export const roomEventSchema = z.object({
  type: z.enum(['recording-ready', 'recording-deleted']),
  name: z.string(),
});
export type RoomEvent = z.infer<typeof roomEventSchema>;
