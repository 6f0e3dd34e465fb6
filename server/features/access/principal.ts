import type { Ability } from '@reelroom/shared';
import type { Session } from '../accounts/sessions.ts';
import type { Viewer } from '../accounts/viewer-cookie.ts';

/** What one credential of a request is worth. */
export type Grant =
  /** Runs this Reelroom: may do everything. */
  | { kind: 'admin' }
  /** Is signed in: makes rooms, and is host of them. */
  | { kind: 'member' }
  | { kind: 'host'; room: string }
  | { kind: 'guest'; room: string }
  /** A program: may do what its scopes say, in all rooms or in these. */
  | { kind: 'key'; scopes: readonly Ability[]; rooms?: readonly string[] | undefined }
  /** Holds a share link of a recording. */
  | { kind: 'link'; recording: string; scopes: readonly Ability[] };

/** An invite to a room that a browser has accepted. */
export interface AcceptedInvite {
  room: string;
  id: string;
  role: 'guest' | 'host';
}

/** A browser that is known without an account. */
export interface Guest {
  id: string;
  /** Oldest first. */
  invites: readonly AcceptedInvite[];
}

/** Who makes a request: all that its credentials are worth together; nobody without any. */
export interface Principal {
  /** Who it is, as rooms name their owners: `member:ana@example.com`; absent for who has no account. */
  id?: string;
  /** What people are shown. */
  name?: string;
  grants: readonly Grant[];
  /** Of who is signed in. */
  session?: Session;
  guest?: Guest;
  /** Whom the provider of OpenID Connect knows; worth nothing but with a share link for their domain. */
  viewer?: Viewer;
  /** Whether its credentials are still good; its streams end when they are not. Always when absent. */
  isActive?: () => Promise<boolean>;
}

export const nobody: Principal = { grants: [] };

/** Everyone, where access is open. */
export const openAdmin: Principal = { grants: [{ kind: 'admin' }] };

/** A principal with one more credential. */
export const withGrant = (principal: Principal, grant: Grant): Principal => ({
  ...principal,
  grants: [...principal.grants, grant],
});
