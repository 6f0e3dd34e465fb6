import type { FastifyRequest } from 'fastify';
import { originNotAllowed } from '../../lib/errors.ts';
import { isSafe, isSameOrigin } from '../../http/guards/same-origin.ts';
import type { ApiKeys } from './api-keys.ts';
import { nobody, openAdmin, withGrant, type Grant, type Principal } from './principal.ts';
import type { SessionCookies } from './session-cookie.ts';
import type { Session, Sessions } from './sessions.ts';

const grantOf = ({ account }: Session): Grant => ({ kind: account.role });

/** The key in `Authorization: Bearer …` (RFC 6750), if there is one. */
const bearerIn = ({ headers: { authorization = '' } }: FastifyRequest): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization)?.[1];

/**
 * Tells who makes a request, by all of its credentials together. A session that has ended is none; a key that is
 * not good is refused, and so is a cookie that another site's page has sent (CSRF).
 * @param isOpen whether everyone is an admin
 * @throws {ReelroomError} KEY_INVALID, ORIGIN_NOT_ALLOWED, STORAGE_UNAVAILABLE
 */
export const createAuthenticator =
  ({
    isOpen,
    apiKeys,
    sessions,
    cookies,
    ownOrigins,
  }: {
    isOpen: boolean;
    apiKeys: Pick<ApiKeys, 'of' | 'isActive'>;
    sessions: Pick<Sessions, 'isActive'>;
    cookies: Pick<SessionCookies, 'of'>;
    /** Origins of our own pages beside that of the request. */
    ownOrigins: readonly string[];
  }) =>
  async (request: FastifyRequest): Promise<Principal> => {
    if (isOpen) return openAdmin;
    let principal = nobody;
    const session = await cookies.of(request);
    if (session) {
      const { origin } = request.headers;
      const isOurPage =
        isSameOrigin(request, origin) || (origin !== undefined && ownOrigins.includes(origin));
      if (!isSafe(request) && !isOurPage) throw originNotAllowed(origin ?? 'another site');
      const { id, name } = session.account;
      principal = { ...principal, id, name, session, isActive: () => sessions.isActive(session) };
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
