import * as z from 'zod/mini';
import { joinInputSchema } from './join.ts';

/** What a token is asked for with. */
export const tokenInputSchema = z.extend(joinInputSchema, {
  autoRecord: z.optional(
    z
      .boolean({ error: 'autoRecord must be true or false' })
      .check(z.describe('Has the room wait to be recorded as soon as two people are in it')),
  ),
  earlierToken: z.optional(
    z
      .string({ error: 'earlierToken must be a token' })
      .check(
        z.maxLength(8192, 'earlierToken is too long: at most 8192 characters'),
        z.describe(
          'A token that was given for this room before, expired or not: who holds it comes back as the same participant, and takes the place of what is left of them in the room',
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
