import * as z from 'zod/mini';
import { roomInputSchema, roomNameSchema } from '../base/room-name.ts';

/** As what an invite lets somebody in. */
export const inviteRoles = ['guest', 'host'] as const;
const inviteRoleSchema = z.enum(inviteRoles, { error: 'role must be guest or host' });

const day = 86_400;
const longestDays = 365;
const mostUses = 1_000;

/** A new invite: by default for guests, for a week, for however many people. */
export const inviteInputSchema = z.extend(roomInputSchema, {
  role: z._default(inviteRoleSchema, 'guest'),
  expiresInSeconds: z._default(
    z
      .number({ error: 'expiresInSeconds must be a number of seconds' })
      .check(
        z.int('expiresInSeconds must be a whole number'),
        z.minimum(60, 'expiresInSeconds must be at least 60, a minute'),
        z.maximum(longestDays * day, `expiresInSeconds must be at most ${longestDays * day}, a year`),
      ),
    7 * day,
  ),
  /** How many people it lets in; any number when absent. */
  uses: z.optional(
    z
      .number({ error: 'uses must be a number' })
      .check(
        z.int('uses must be a whole number'),
        z.minimum(1, 'uses must be at least 1'),
        z.maximum(mostUses, `uses must be at most ${mostUses}: leave it out for any number`),
      ),
  ),
});
export type InviteInput = z.output<typeof inviteInputSchema>;

/** An invite as it is listed: without the secret that is in its link. */
export const inviteSchema = z.object({
  id: z.string(),
  role: inviteRoleSchema,
  /** Ms since 1970. */
  createdAt: z.number(),
  expiresAt: z.number(),
  /** How many people it was used by. */
  used: z.number(),
  uses: z.optional(z.number()),
});
export type Invite = z.infer<typeof inviteSchema>;

export const inviteRevokeInputSchema = z.object({
  roomName: roomNameSchema,
  id: z.string({ error: 'id must be the id of an invite, as invites.list lists them' }),
});

export const inviteAcceptInputSchema = z.object({
  roomName: roomNameSchema,
  /** What is behind `invite=` in its link. */
  invite: z
    .string({ error: 'invite is required' })
    .check(z.maxLength(200, 'invite is too long: it is what stands behind invite= in the link')),
});
