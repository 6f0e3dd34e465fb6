import * as z from 'zod/mini';
import { nameSchema } from './name-text.ts';
import { roomNameSchema } from './room-name.ts';

/** A participant and the room to join. Names need not be unique: two Anas are two participants. */
export const participantSchema = z.object({
  roomName: roomNameSchema,
  participantName: nameSchema(
    'participantName',
    '',
    'control characters or such as turn the direction of text',
  ).check(z.describe('What others in the room are shown; two of one name are two participants')),
});
export type Participant = z.infer<typeof participantSchema>;

const yesOrNo = (field: string, description: string) =>
  z.optional(z.boolean(`${field} must be true or false`).check(z.describe(description)));

/** Who wants to join, and how. */
export const tokenInputSchema = z.extend(participantSchema, {
  autoRecord: yesOrNo('autoRecord', 'Has the room wait to be recorded as soon as two people are in it'),
  agreesToRecording: yesOrNo('agreesToRecording', 'Agrees to be recorded, where all must'),
  earlierToken: z.optional(
    z
      .string({ error: 'earlierToken must be a token' })
      .check(
        z.maxLength(8192, 'earlierToken is too long: at most 8192 characters'),
        z.describe(
          'An earlier token for this room, expired or not: its holder comes back as the same participant',
        ),
      ),
  ),
});
export type TokenInput = z.infer<typeof tokenInputSchema>;

/** The REST response with a token, as in the seed. */
export const tokenSchema = z.object({
  token: z.string().check(z.describe('A LiveKit access token (a JWT) to connect with')),
});
export type Token = z.infer<typeof tokenSchema>;
