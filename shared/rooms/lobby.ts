import * as z from 'zod/mini';
import { nameSchema } from '../base/name-text.ts';
import { roomInputSchema, roomNameSchema } from '../base/room-name.ts';

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
