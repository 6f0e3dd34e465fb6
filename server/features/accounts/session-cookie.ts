import type { FastifyReply, FastifyRequest } from 'fastify';
import { readCookie, setCookie } from './cookie.ts';
import type { Account } from './password.ts';
import type { Session, Sessions } from './sessions.ts';

const name = 'reelroom';

/**
 * Sessions in cookies.
 * @param baseUrlOf the app's URL as the client addressed it, without a trailing slash
 */
export function createSessionCookies({
  sessions,
  baseUrlOf,
}: {
  sessions: Sessions;
  baseUrlOf: (request: FastifyRequest) => string;
}) {
  const scopeOf = (request: FastifyRequest) => ({ baseUrl: baseUrlOf(request) });

  function put(request: FastifyRequest, reply: FastifyReply, token: string): void {
    // Fastify would append a second cookie.
    reply.removeHeader('set-cookie');
    reply.header('set-cookie', setCookie(name, token, scopeOf(request), sessions.idleSeconds));
  }

  return {
    /** The session of a request, if it has one. */
    async of(request: FastifyRequest): Promise<Session | undefined> {
      const token = readCookie(request, name, scopeOf(request));
      return token ? sessions.of(token) : undefined;
    },

    /** Signs an account in. */
    async start(
      request: FastifyRequest,
      reply: FastifyReply,
      account: Account,
      how: { isByPassword: boolean },
    ): Promise<void> {
      put(request, reply, await sessions.start(account, how));
    },

    /** Renews a session: replaces its token once an hour. */
    async renew(request: FastifyRequest, reply: FastifyReply, session: Session): Promise<void> {
      if (session.isDueForRenewal) put(request, reply, await sessions.renew(session));
    },

    /** Signs out: here, or everywhere. */
    async end(
      request: FastifyRequest,
      reply: FastifyReply,
      session: Session | undefined,
      { everywhere }: { everywhere: boolean },
    ): Promise<void> {
      if (session) await (everywhere ? sessions.endAllOf(session) : sessions.end(session));
      put(request, reply, '');
    },
  };
}

export type SessionCookies = ReturnType<typeof createSessionCookies>;
