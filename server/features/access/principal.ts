import type { Ability } from '@reelroom/shared';
import type { Session } from '../accounts/sessions.ts';
import type { Viewer } from '../accounts/viewer-cookie.ts';

/** What one credential of a request grants. */
export type Grant =
  /** An admin: may do everything. */
  | { kind: 'admin' }
  /** A signed-in member: creates rooms, and is their host. */
  | { kind: 'member' }
  | { kind: 'host'; room: string }
  | { kind: 'guest'; room: string }
  /** A program with an API key: has its scopes, in all rooms or in these. */
  | { kind: 'key'; scopes: readonly Ability[]; rooms?: readonly string[] | undefined }
  /** The holder of a share link of a recording. */
  | { kind: 'link'; recording: string; scopes: readonly Ability[] };

/** An invite to a room that a browser has accepted. */
export interface AcceptedInvite {
  room: string;
  id: string;
  role: 'guest' | 'host';
}

/** A browser without an account, known by a cookie. */
export interface Guest {
  id: string;
  /** Oldest first. */
  invites: readonly AcceptedInvite[];
}

/** The principal of a request: what all of its credentials grant together; nobody without any. */
export interface Principal {
  /** The account's id, such as `member:ana@example.com`; absent without an account. */
  id?: string;
  /** The name to show. */
  name?: string;
  grants: readonly Grant[];
  /** The session of a signed-in account. */
  session?: Session;
  guest?: Guest;
  /** The user as the OpenID Connect provider knows them; matters only for share links for their domain. */
  viewer?: Viewer;
  /** Whether its credentials are still valid; otherwise its streams end. Absent where they do not expire. */
  isActive?: () => Promise<boolean>;
}

export const nobody: Principal = { grants: [] };

/** The principal of every request where access is open. */
export const openAdmin: Principal = { grants: [{ kind: 'admin' }] };

/** A principal with one more credential. */
export const withGrant = (principal: Principal, grant: Grant): Principal => ({
  ...principal,
  grants: [...principal.grants, grant],
});
