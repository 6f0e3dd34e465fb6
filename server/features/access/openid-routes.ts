import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AuditedCall } from './audited.ts';
import { readCookie, setCookie } from '../accounts/cookie.ts';
import { attemptSeconds, type Openid } from '../accounts/openid.ts';
import { ownPath } from '../accounts/own-path.ts';
import type { SessionCookies } from '../accounts/session-cookie.ts';

const cookieName = 'reelroom-sign-in';
const callback = '/sign-in/openid/callback';

/**
 * `GET /sign-in/openid` redirects to the provider, which redirects to `…/callback`. A failure redirects to the
 * sign-in page with its reason: `refused` by our rules, or `failed`, which is logged.
 * @param base the path prefix of public URLs
 */
export async function openidRoutes(
  app: FastifyInstance,
  {
    openid,
    cookies,
    baseUrlOf,
    base,
    audit,
  }: {
    openid: Openid;
    cookies: Pick<SessionCookies, 'start'>;
    baseUrlOf: (request: FastifyRequest) => string;
    base: string;
    audit: (request: FastifyRequest, call: AuditedCall) => void;
  },
): Promise<void> {
  const scopeOf = (request: FastifyRequest) => ({ baseUrl: baseUrlOf(request) });
  const problemPage = (problem: 'refused' | 'failed', to: string) =>
    `${base}/sign-in?${new URLSearchParams({ problem, to })}`;

  function logFailure({ log }: FastifyRequest, error: unknown): void {
    log.warn({ err: error }, 'signing in by OpenID Connect failed');
  }

  app.get('/sign-in/openid', { exposeHeadRoute: false }, async (request, reply) => {
    const { to } = z.object({ to: z.unknown().optional() }).parse(request.query);
    const path = ownPath(to, base);
    reply.header('cache-control', 'no-store');
    try {
      const { url, attempt } = await openid.begin(path, baseUrlOf(request) + callback);
      return await reply
        .header('set-cookie', setCookie(cookieName, attempt, scopeOf(request), attemptSeconds))
        .redirect(url);
    } catch (error) {
      logFailure(request, error);
      return reply.redirect(problemPage('failed', path));
    }
  });

  app.get(callback, { exposeHeadRoute: false }, async (request, reply) => {
    const attempt = readCookie(request, cookieName, scopeOf(request)) ?? '';
    const { search } = new URL(request.url, 'http://here.invalid');
    reply.header('cache-control', 'no-store');
    try {
      const { account, to } = await openid.end(new URL(baseUrlOf(request) + callback + search), attempt);
      if (account) await cookies.start(request, reply, account, { isByPassword: false });
      const outcome = account ? 'ok' : 'FORBIDDEN';
      audit(request, { what: 'session.signIn', on: { kind: 'nothing' }, name: account?.id, outcome });
      return await reply
        .header('set-cookie', setCookie(cookieName, '', scopeOf(request), 0))
        .redirect(account ? to : problemPage('refused', to));
    } catch (error) {
      logFailure(request, error);
      return reply.redirect(problemPage('failed', `${base}/`));
    }
  });
}
