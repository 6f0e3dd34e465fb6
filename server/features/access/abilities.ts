import { abilities, type Ability, type RoomRules, type Standing } from '@reelroom/shared';
import type { Grant, Principal } from './principal.ts';

/** What the decision about access needs to know of a room. */
export interface RoomFacts {
  name: string;
  /** The owner's id; absent where nobody has created the room. */
  owner?: string | undefined;
  rules: RoomRules;
  /** Whether a member may create it: it has no owner and no recordings. */
  isFree: boolean;
  /** The principal's standing in the waiting room. */
  standing?: Standing | undefined;
}

/** The subject of a decision: everything, or a room and perhaps one of its recordings. */
export interface Subject {
  /** Absent for a recording whose name does not contain its room. */
  room: RoomFacts | undefined;
  recording?: string;
}

/** The abilities of hosts in their rooms, and on recordings of those. */
export const hostAbilities: readonly Ability[] = abilities.filter(
  (ability) => ability !== 'administer' && ability !== 'empty-trash',
);

/** The abilities of guests of a room. */
function joinerAbilities({ rules, standing }: RoomFacts): readonly Ability[] {
  if (standing === 'removed') return [];
  const knock = rules.waitingRoom ? (['knock'] as const) : [];
  if (rules.waitingRoom && standing !== 'admitted') return knock;
  return rules.record === 'everyone' ? [...knock, 'join', 'record'] : [...knock, 'join'];
}

/** The abilities that a credential grants. */
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

/** A principal's abilities on a room, or on one of its recordings. Pure. */
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

/** A principal's abilities everywhere. Pure. */
export const abilitiesEverywhere = ({ grants }: Principal): ReadonlySet<Ability> =>
  new Set(
    grants.flatMap((grant) =>
      grant.kind === 'admin' ? abilities : grant.kind === 'key' && !grant.rooms ? grant.scopes : [],
    ),
  );
