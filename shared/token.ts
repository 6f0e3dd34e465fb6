import { z } from 'zod';
import { nameSchema } from './name-text.ts';
import { roomNameSchema } from './room-name.ts';

/** Who wants to join which room. Names need not be unique: two Anas are two participants. */
export const tokenInputSchema = z.object({
  roomName: roomNameSchema,
  participantName: nameSchema(
    'participantName',
    '',
    'control characters or such as turn the direction of text',
  ).describe('What others in the room are shown; two of one name are two participants'),
  autoRecord: z
    .boolean({ error: 'autoRecord must be true or false' })
    .describe('Has the room wait to be recorded as soon as two people are in it')
    .optional(),
});
export type TokenInput = z.infer<typeof tokenInputSchema>;

/** What REST answers to who wants to join, as the seed does. */
export const tokenSchema = z.object({
  token: z.string().describe('A LiveKit access token (a JWT) to connect with'),
});
export type Token = z.infer<typeof tokenSchema>;
