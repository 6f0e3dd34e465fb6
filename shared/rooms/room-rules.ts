import * as z from 'zod/mini';
import { roomInputSchema } from '../base/room-name.ts';

/** What a principal may be allowed to do with a room, a recording, or this Reelroom. */
export const abilities = [
  /** Ask to be let into the room. */
  'knock',
  /** Join the room, and know of its recording's status. */
  'join',
  /** Admit, mute and remove participants. */
  'moderate',
  /** Start and stop recordings of the room. */
  'record',
  /** Watch recordings, and know of them. */
  'play',
  'download',
  /** Make and revoke share links. */
  'share',
  /** Rename recordings, keep them, and set the room's rules. */
  'manage',
  /** Move recordings to the trash, and restore them. */
  'delete',
  /** Delete recordings for good: of the trash, or at once. */
  'empty-trash',
  /** Run this Reelroom: keys, everybody's rooms. */
  'administer',
] as const;

export const abilitySchema = z.enum(abilities);
export type Ability = z.infer<typeof abilitySchema>;

/** A room's rules. */
export const roomRulesSchema = z.object({
  /** Who may join: whoever has the room's address, who is signed in, or who is invited; always its owner. */
  join: z.enum(['anyone', 'members', 'invited'], { error: 'join must be anyone, members or invited' }),
  /** Who may record: hosts, or everyone who may join. */
  record: z.enum(['hosts', 'everyone'], { error: 'record must be hosts or everyone' }),
  /** Whether guests wait until a host admits them. */
  waitingRoom: z.boolean({ error: 'waitingRoom must be true or false' }),
});
export type RoomRules = z.infer<typeof roomRulesSchema>;

/** The rules of a room where nobody has set others. */
export const defaultRoomRules: RoomRules = { join: 'members', record: 'hosts', waitingRoom: false };

/** The rules to change; those that are absent stay. */
export const setRulesInputSchema = z.extend(roomInputSchema, {
  rules: z.partial(roomRulesSchema),
});

/** What the one who asks may do in a room, and its rules, where access is not open and they may join it. */
export const roomAccessSchema = z.object({
  abilities: z.array(abilitySchema),
  rules: z.optional(roomRulesSchema),
});
export type RoomAccess = z.infer<typeof roomAccessSchema>;
