import type { FastifyRequest } from 'fastify';
import { originNotAllowed } from '../../lib/errors.ts';
import { isSafe, isSameOrigin } from '../../http/guards/same-origin.ts';
import type { ApiKeys } from '../accounts/api-keys.ts';
import {
  nobody,
  openAdmin,
  withGrant,
  type AcceptedInvite,
  type Grant,
  type Guest,
  type Principal,
} from './principal.ts';
import type { SessionCookies } from '../accounts/session-cookie.ts';
import type { Session, Sessions } from '../accounts/sessions.ts';
import type { ViewerCookies } from '../accounts/viewer-cookie.ts';

const grantOf = ({ account }: Session): Grant => ({ kind: account.role });

/** The key in `Authorization: Bearer …` (RFC 6750), if there is one. */
const bearerIn = ({ headers: { authorization = '' } }: FastifyRequest): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization)?.[1];

/**
 * Authenticates requests: the principal has all credentials of a request together. A session that has ended is
 * ignored; an invalid key is refused, and so is a cookie that another site's page sent (CSRF).
 * @param isOpen whether everyone is an admin
 * @throws {ReelroomError} KEY_INVALID, ORIGIN_NOT_ALLOWED, STORAGE_UNAVAILABLE
 */
export const createAuthenticator =
  ({
    isOpen,
    apiKeys,
    sessions,
    cookies,
    guests,
    viewers,
    isInviteActive,
    ownOrigins,
  }: {
    isOpen: boolean;
    apiKeys: Pick<ApiKeys, 'of' | 'isActive'>;
    sessions: Pick<Sessions, 'isActive'>;
    cookies: Pick<SessionCookies, 'of'>;
    guests: { of: (request: FastifyRequest) => Promise<Guest | undefined> };
    viewers: Pick<ViewerCookies, 'of'>;
    /** Whether an accepted invite is still valid. */
    isInviteActive: (invite: AcceptedInvite) => Promise<boolean>;
    /** Further origins of our own pages. */
    ownOrigins: readonly string[];
  }) =>
  async (request: FastifyRequest): Promise<Principal> => {
    if (isOpen) return openAdmin;
    const viewer = await viewers.of(request);
    let principal = viewer ? { ...nobody, viewer } : nobody;
    const session = await cookies.of(request);
    const guest = await guests.of(request);
    if (session || guest) {
      const { origin } = request.headers;
      const isOurPage =
        isSameOrigin(request, origin) || (origin !== undefined && ownOrigins.includes(origin));
      if (!isSafe(request) && !isOurPage) throw originNotAllowed(origin ?? 'another site');
    }
    if (guest) {
      const areInvitesOn = (invites: readonly AcceptedInvite[]) => Promise.all(invites.map(isInviteActive));
      const isOn = await areInvitesOn(guest.invites);
      const active = guest.invites.filter((_, at) => isOn[at]);
      const areActive = async () => (await areInvitesOn(active)).every(Boolean);
      principal = { ...principal, guest, isActive: areActive };
      for (const { role, room } of active) principal = withGrant(principal, { kind: role, room });
    }
    if (session) {
      const { isActive: areInvitesActive = async () => true } = principal;
      const { id, name } = session.account;
      principal = {
        ...{ ...principal, id, name, session },
        isActive: async () => (await sessions.isActive(session)) && (await areInvitesActive()),
      };
      principal = withGrant(principal, grantOf(session));
    }
    const bearer = bearerIn(request);
    if (bearer === undefined) return principal;
    const key = await apiKeys.of(bearer);
    const { isActive = async () => true } = principal;
    return withGrant(
      {
        ...principal,
        id: principal.id ?? `key:${key.id}`,
        name: principal.name ?? key.name,
        isActive: async () => (await isActive()) && (await apiKeys.isActive(key)),
      },
      { kind: 'key', scopes: key.scopes, rooms: key.rooms },
    );
  };
