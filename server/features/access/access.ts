import {
  abilities,
  defaultRoomRules,
  parseRecordingName,
  type Ability,
  type RoomAccess,
  type Standing,
} from '@reelroom/shared';
import { forbidden, removedFromRoom, unauthenticated, waitingRoom } from '../../lib/errors.ts';
import { abilitiesEverywhere, abilitiesOn } from './abilities.ts';
import type { Principal } from './principal.ts';
import type { Rooms } from './rooms.ts';
import type { On } from './targets.ts';

/** The rooms whose recordings a principal may know of. */
export type VisibleRooms = 'all' | ReadonlySet<string>;

/** Whether the room's owner and rules matter: the principal has more than keys and links. */
const needsRoom = ({ id, grants }: Principal): boolean =>
  id !== undefined || grants.length === 0 || grants.some(({ kind }) => kind !== 'link' && kind !== 'key');

/**
 * Decides what principals may do, from abilities.ts and the rooms' owners and rules. No request for admins, and for
 * keys of all rooms; for others a GET per room every 5 s, and one for their standing there.
 */
export function createAccess({
  rooms,
  standingOf,
  isOpen,
}: {
  rooms: Pick<Rooms, 'read' | 'make' | 'ownedBy'>;
  /** A principal's standing in a room's waiting room. */
  standingOf: (principal: Principal, roomName: string) => Promise<Standing | undefined>;
  /** Whether everyone may do everything. */
  isOpen: boolean;
}) {
  async function abilitiesIn(
    principal: Principal,
    { roomName, recording }: { roomName: string | undefined; recording?: string },
  ): Promise<ReadonlySet<Ability>> {
    const about = recording === undefined ? {} : { recording };
    const without = abilitiesOn(principal, { room: undefined, ...about });
    if (roomName === undefined || without.size === abilities.length) return without;
    if (!needsRoom(principal)) {
      // A key's scopes decide by the room's name alone.
      const room = { name: roomName, rules: defaultRoomRules, isFree: false };
      return abilitiesOn(principal, { room, ...about });
    }
    const asMaker = principal.grants.some(({ kind }) => kind === 'member');
    const [room, standing] = await Promise.all([
      rooms.read(roomName, { asMaker }),
      standingOf(principal, roomName),
    ]);
    return abilitiesOn(principal, { room: { ...room, standing }, ...about });
  }

  async function allows(principal: Principal, ability: Ability, on: On): Promise<boolean> {
    if (abilitiesEverywhere(principal).has(ability)) return true;
    switch (on.kind) {
      case 'nothing':
      case 'server':
      case 'unknown':
        return false;
      case 'library': {
        const visible = await visibleRooms(principal, ability);
        return (
          visible === 'all' || visible.size > 0 || principal.grants.some(({ kind }) => kind === 'member')
        );
      }
      case 'room':
        return (await abilitiesIn(principal, on)).has(ability);
      case 'recordings': {
        for (const recording of on.names) {
          const roomName = parseRecordingName(recording)?.roomName;
          if (!(await abilitiesIn(principal, { roomName, recording })).has(ability)) return false;
        }
        return on.names.length > 0;
      }
    }
  }

  /**
   * @throws {ReelroomError} WAITING_ROOM, REMOVED_FROM_ROOM where that is the reason; otherwise UNAUTHENTICATED
   *   without any credential, FORBIDDEN with one
   */
  async function assert(principal: Principal, ability: Ability, on: On): Promise<void> {
    if (await allows(principal, ability, on)) return;
    if (ability === 'join' && on.kind === 'room') {
      const { rules } = await rooms.read(on.roomName);
      if (rules.waitingRoom && (await allows(principal, 'knock', on))) throw waitingRoom();
      if ((await standingOf(principal, on.roomName)) === 'removed') throw removedFromRoom();
    }
    throw principal.grants.length === 0 ? unauthenticated() : forbidden();
  }

  async function visibleRooms(principal: Principal, ability: Ability): Promise<VisibleRooms> {
    if (abilitiesEverywhere(principal).has(ability)) return 'all';
    const owned = principal.id === undefined ? [] : await rooms.ownedBy(principal.id);
    const byKey = principal.grants.flatMap((grant) =>
      grant.kind === 'key' && grant.scopes.includes(ability) ? (grant.rooms ?? []) : [],
    );
    const asHost: string[] = [];
    for (const grant of principal.grants)
      if (grant.kind === 'host' && (await standingOf(principal, grant.room)) !== 'removed')
        asHost.push(grant.room);
    return new Set([...owned, ...byKey, ...asHost]);
  }

  return {
    allows,
    assert,

    /** A principal's abilities in a room. */
    abilitiesIn: (principal: Principal, roomName: string): Promise<ReadonlySet<Ability>> =>
      abilitiesIn(principal, { roomName }),

    /** A principal's abilities in a room, and its rules if the principal may join and access is not open. */
    async describe(principal: Principal, roomName: string): Promise<RoomAccess> {
      const may = await abilitiesIn(principal, { roomName });
      if (isOpen || !may.has('join')) return { abilities: [...may] };
      return { abilities: [...may], rules: (await rooms.read(roomName)).rules };
    },

    /** The rooms on whose recordings a principal has an ability; a LIST for members. */
    visibleRooms,

    /**
     * Lets a principal into a room; the first one with an account becomes its owner.
     * @throws {ReelroomError} UNAUTHENTICATED, FORBIDDEN
     */
    async enter(principal: Principal, roomName: string): Promise<void> {
      const on = { kind: 'room', roomName } as const;
      await assert(principal, 'join', on);
      if (principal.id === undefined) return;
      const { owner } = await rooms.read(roomName);
      if (owner !== undefined && owner !== principal.id) return;
      // Another member may have created it meanwhile.
      if (!(await rooms.make(roomName, principal.id))) await assert(principal, 'join', on);
    },
  };
}

export type Access = ReturnType<typeof createAccess>;
