import type { Ability, RoomAccess } from '@reelroom/shared';
import type { Access, VisibleRooms } from './access.ts';
import type { AuditedCall } from './audited.ts';
import type { Account } from '../accounts/password.ts';
import type { Grant, Guest, Principal } from './principal.ts';
import type { Rule } from './policy.ts';
import type { On } from './targets.ts';

/** A principal's rights. */
export interface Rights {
  principal: Principal;
  /** Throws unless the principal has the ability: UNAUTHENTICATED, FORBIDDEN. */
  assertMay: (ability: Ability, on: On) => Promise<void>;
  /** The principal's abilities in a room. */
  abilitiesIn: (roomName: string) => Promise<ReadonlySet<Ability>>;
  /** The same, and the room's rules if the principal may join and access is not open. */
  roomAccess: (roomName: string) => Promise<RoomAccess>;
  /** Lets the principal into a room, which may make it the owner: UNAUTHENTICATED, FORBIDDEN. */
  enter: (roomName: string) => Promise<void>;
  /** Whether the principal may know of a room and its recordings, at the moment. */
  canSee: (roomName: string) => Promise<boolean>;
  /** The rooms on whose recordings the principal has the ability; by default those it may know of. */
  visibleRooms: (ability?: Ability) => Promise<VisibleRooms>;
}

/** The grant of a share link's token for a recording: SHARE_INVALID, SHARE_EXPIRED. */
type GrantOfLink = (recording: string, token: string) => Promise<Grant>;

/** The context of every procedure. */
export interface Context extends Rights {
  /** The app's URL as the client addressed it, without a trailing slash. */
  baseUrl: string;
  grantOfLink: GrantOfLink;
  /** Counts a call against its limit: TOO_MANY_REQUESTS. */
  countCall: (rule: Rule | undefined) => Promise<void>;
  /** Starts a session of an account, by password. */
  startSession: (account: Account) => Promise<void>;
  /** Signs out. */
  endSession: (how: { everywhere: boolean }) => Promise<void>;
  /** Stores a guest in the browser's cookie. */
  keepGuest: (guest: Guest) => Promise<void>;
  /** Audits a call of the principal. */
  audit: (call: AuditedCall) => void;
  /** The rights of another principal, such as this one with a share link. */
  rightsOf: (principal: Principal) => Rights;
}

export const rightsOf = (access: Access, principal: Principal): Rights => ({
  principal,
  assertMay: (ability, on) => access.assert(principal, ability, on),
  abilitiesIn: (roomName) => access.abilitiesIn(principal, roomName),
  roomAccess: (roomName) => access.describe(principal, roomName),
  enter: (roomName) => access.enter(principal, roomName),
  canSee: (roomName) => access.allows(principal, 'play', { kind: 'room', roomName }),
  visibleRooms: (ability = 'play') => access.visibleRooms(principal, ability),
});

/** A procedure's context for a principal. */
export const contextOf = (
  principal: Principal,
  { access, ...more }: { access: Access } & Omit<Context, keyof Rights | 'rightsOf'>,
): Context => ({
  ...more,
  ...rightsOf(access, principal),
  rightsOf: (other) => rightsOf(access, other),
});
