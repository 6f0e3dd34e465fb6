import { abilities, type Ability, type RoomRules, type Standing } from '@reelroom/shared';
import type { Grant, Principal } from './principal.ts';

/** A room, as far as it decides who may do what. */
export interface RoomFacts {
  name: string;
  /** The id of its owner; absent where nobody has made it. */
  owner?: string | undefined;
  rules: RoomRules;
  /** Whether a member may make it: nobody owns it, and it has no recordings. */
  isFree: boolean;
  /** Where the one it is about stands with its waiting room. */
  standing?: Standing | undefined;
}

/** What a question is about: everything, or a room and perhaps one of its recordings. */
export interface Subject {
  /** Absent where a recording's name does not say its room. */
  room: RoomFacts | undefined;
  recording?: string;
}

/** What hosts may do in their rooms and with the recordings of those. */
export const hostAbilities: readonly Ability[] = abilities.filter(
  (ability) => ability !== 'administer' && ability !== 'empty-trash',
);

/** What those may do who may join a room and are not its host. */
function joinerAbilities({ rules, standing }: RoomFacts): readonly Ability[] {
  if (standing === 'removed') return [];
  const knock = rules.waitingRoom ? (['knock'] as const) : [];
  if (rules.waitingRoom && standing !== 'admitted') return knock;
  return rules.record === 'everyone' ? [...knock, 'join', 'record'] : [...knock, 'join'];
}

/** What a credential allows. */
function allowedBy(grant: Grant, { room, recording }: Subject): readonly Ability[] {
  switch (grant.kind) {
    case 'admin':
      return abilities;
    case 'host':
      return room?.name === grant.room && room.standing !== 'removed' ? hostAbilities : [];
    case 'guest':
      return room?.name === grant.room ? joinerAbilities(room) : [];
    case 'member':
      if (room?.isFree) return ['join'];
      return room?.owner !== undefined && room.rules.join !== 'invited' ? joinerAbilities(room) : [];
    case 'key':
      return !grant.rooms || (room && grant.rooms.includes(room.name)) ? grant.scopes : [];
    case 'link':
      return recording === grant.recording ? grant.scopes : [];
  }
}

/** What a principal may do with a room, or with a recording of it. Pure. */
export function abilitiesOn({ id, grants }: Principal, subject: Subject): ReadonlySet<Ability> {
  const { room } = subject;
  const isOwner = id !== undefined && room?.owner === id;
  const isForAnyone = room?.owner !== undefined && room.rules.join === 'anyone';
  return new Set([
    ...(isOwner ? hostAbilities : []),
    ...(isForAnyone ? joinerAbilities(room) : []),
    ...grants.flatMap((grant) => allowedBy(grant, subject)),
  ]);
}

/** What a principal may do everywhere. Pure. */
export const abilitiesEverywhere = ({ grants }: Principal): ReadonlySet<Ability> =>
  new Set(
    grants.flatMap((grant) =>
      grant.kind === 'admin' ? abilities : grant.kind === 'key' && !grant.rooms ? grant.scopes : [],
    ),
  );
