import * as z from 'zod/mini';
import { nameSchema } from './name-text.ts';
import { roomInputSchema, roomNameSchema } from './room-name.ts';

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

/** Somebody asks to be let into a room. */
export const knockInputSchema = z.object({
  roomName: roomNameSchema,
  name: nameSchema('name', '', 'control characters or such as turn the direction of text'),
});

/** Where somebody stands with a room that has a waiting room. */
export const standingSchema = z.enum(['waiting', 'admitted', 'refused', 'removed']);
export type Standing = z.infer<typeof standingSchema>;

/** Somebody who waits to be let into a room. */
export const waitingPersonSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** When they knocked, in ms since 1970. */
  since: z.number(),
});
export type WaitingPerson = z.infer<typeof waitingPersonSchema>;

const maxPeople = 1_000;

/** Admits or refuses people who wait. */
export const decideInputSchema = z.extend(roomInputSchema, {
  /** The ids of those who wait. */
  people: z
    .array(z.string().check(z.regex(/^[\w-]{22}$/, 'people must be ids, as lobby.waiting lists them')), {
      error: 'people must be a list of ids, as lobby.waiting lists them',
    })
    .check(
      z.minLength(1, 'people must have at least one id'),
      z.maxLength(maxPeople, `people has too many ids: at most ${maxPeople}`),
    ),
  admit: z.boolean({ error: 'admit must be true or false' }),
});

/** Removes a participant from a room. */
export const removeInputSchema = z.extend(roomInputSchema, {
  identity: z.string({ error: 'identity must be a participant of the room' }).check(
    z.minLength(1, 'identity is required'),
    z.maxLength(512, 'identity is too long'),
    // LiveKit's messages are UTF-8, which half of a surrogate pair cannot be in.
    z.regex(/^\P{Cs}*$/u, 'identity must be a participant of the room'),
  ),
});
