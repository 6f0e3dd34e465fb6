import type { Ability, RoomAccess } from '@reelroom/shared';
import type { Access, VisibleRooms } from './access.ts';
import type { AuditedCall } from './audited.ts';
import type { Account } from '../accounts/password.ts';
import type { Grant, Guest, Principal } from './principal.ts';
import type { Rule } from './policy.ts';
import type { On } from './targets.ts';

/** What a principal may do. */
export interface Rights {
  principal: Principal;
  /** Throws unless the principal may do this: UNAUTHENTICATED, FORBIDDEN. */
  assertMay: (ability: Ability, on: On) => Promise<void>;
  /** What the principal may do in a room. */
  abilitiesIn: (roomName: string) => Promise<ReadonlySet<Ability>>;
  /** What the principal may do in a room, and its rules, where access is not open and they may join it. */
  roomAccess: (roomName: string) => Promise<RoomAccess>;
  /** Lets the principal into a room, which it may make thereby: UNAUTHENTICATED, FORBIDDEN. */
  enter: (roomName: string) => Promise<void>;
  /** Whether the principal may know of a room and its recordings, as of now. */
  canSee: (roomName: string) => Promise<boolean>;
  /** The rooms whose recordings the principal may know of, or may do this with. */
  visibleRooms: (ability?: Ability) => Promise<VisibleRooms>;
}

/** What the share link with this token is worth for a recording: SHARE_INVALID, SHARE_EXPIRED. */
type GrantOfLink = (recording: string, token: string) => Promise<Grant>;

/** The context of every procedure. */
export interface Context extends Rights {
  /** The app's URL as the client addressed it, without a trailing slash. */
  baseUrl: string;
  grantOfLink: GrantOfLink;
  /** Counts a call that has a limit: TOO_MANY_REQUESTS. */
  countCall: (rule: Rule | undefined) => Promise<void>;
  /** Signs an account in that has shown its password. */
  startSession: (account: Account) => Promise<void>;
  /** Signs out. */
  endSession: (how: { everywhere: boolean }) => Promise<void>;
  /** Keeps a guest in the browser's cookie. */
  keepGuest: (guest: Guest) => Promise<void>;
  /** Audits a call of the principal. */
  audit: (call: AuditedCall) => void;
  /** The rights of another principal, such as the same one with a link. */
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
