import * as z from 'zod/mini';
import { abilitySchema } from '../rooms/room-rules.ts';
import { roomNameSchema } from '../base/room-name.ts';

/** Who is signed in, and how one can sign in. */
export const sessionSchema = z.object({
  /** Where it is open everyone may do everything, and nobody signs in. */
  access: z.enum(['open', 'protected']),
  /** Absent where nobody is signed in. */
  account: z.optional(z.object({ name: z.string(), role: z.enum(['admin', 'member']) })),
  /** Ways to sign in; the address of OpenID Connect's begins below the app's. */
  ways: z.object({ password: z.boolean(), openid: z.boolean() }),
});
export type SessionInfo = z.infer<typeof sessionSchema>;

export const signInInputSchema = z.object({
  name: z.string({ error: 'name is required' }).check(z.maxLength(320, 'name is too long')),
  password: z
    .string({ error: 'password is required' })
    .check(z.maxLength(1_000, 'password is too long: at most 1000 characters')),
});

export const signOutInputSchema = z.optional(
  z.object({
    everywhere: z.optional(z.boolean({ error: 'everywhere must be true or false' })),
  }),
);

const maxRooms = 100;

/** A new API key: what it is for, what it may do, and in which rooms; in all where those are absent. */
export const keyInputSchema = z.object({
  name: z
    .string({ error: 'name is required' })
    .check(
      z.trim(),
      z.minLength(1, 'name is required'),
      z.maxLength(100, 'name is too long: at most 100 characters'),
    ),
  scopes: z
    .array(abilitySchema, { error: 'scopes must be a list of abilities, such as play' })
    .check(z.minLength(1, 'scopes must have at least one ability')),
  rooms: z.optional(
    z
      .array(roomNameSchema, { error: 'rooms must be a list of names' })
      .check(
        z.minLength(1, 'rooms must have at least one room: without rooms a key is for all'),
        z.maxLength(maxRooms, `rooms has too many: at most ${maxRooms}`),
      ),
  ),
});
export type KeyInput = z.infer<typeof keyInputSchema>;

/** An API key as it is listed: never the key itself. */
export const apiKeySchema = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(abilitySchema),
  rooms: z.optional(z.array(z.string())),
  /** Ms since 1970. */
  createdAt: z.number(),
  /** To within an hour; absent where it was never used. */
  lastUsedAt: z.optional(z.number()),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

export const keyRevokeInputSchema = z.object({
  id: z.string({ error: 'id must be the id of a key, as keys.list lists them' }),
});
