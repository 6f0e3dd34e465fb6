import * as z from 'zod/mini';
import { participantSchema } from '../base/participant.ts';

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
