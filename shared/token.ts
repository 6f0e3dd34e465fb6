import { z } from 'zod';
import { roomNameSchema } from './room-name.ts';

/** Who wants to join which room. Names need not be unique: two Anas are two participants. */
export const tokenInputSchema = z.object({
  roomName: roomNameSchema,
  participantName: z
    .string({ error: 'participantName is required' })
    .trim()
    .min(1, 'participantName is required')
    .max(128, 'participantName is too long: at most 128 characters')
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'participantName may not contain control characters'),
  /** Has the room wait to be recorded as soon as two people are in it. */
  autoRecord: z.boolean({ error: 'autoRecord must be true or false' }).optional(),
});
export type TokenInput = z.infer<typeof tokenInputSchema>;
