import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AuditedCall } from './audited.ts';
import { readCookie, setCookie } from '../accounts/cookie.ts';
import { attemptSeconds, type Openid } from '../accounts/openid.ts';
import { ownPath } from '../accounts/own-path.ts';
import type { SessionCookies } from '../accounts/session-cookie.ts';
import type { ViewerCookies } from '../accounts/viewer-cookie.ts';

const cookieName = 'reelroom-sign-in';
const callback = '/sign-in/openid/callback';

const querySchema = z.object({ to: z.unknown().optional(), for: z.unknown().optional() });

/**
 * `GET /sign-in/openid` redirects to the provider, which redirects to `…/callback`. A failure redirects to the
 * sign-in page with its reason: `refused` by our rules, or `failed`, which is logged. With `for=link` nobody is signed
 * in: a cookie keeps the address that the provider verified, which opens share links for its domain; the provider
 * asks again whom it has sent back before.
 * @param base the path prefix of public URLs
 */
export async function openidRoutes(
  app: FastifyInstance,
  {
    openid,
    cookies,
    viewers,
    baseUrlOf,
    base,
    audit,
  }: {
    openid: Openid;
    cookies: Pick<SessionCookies, 'start'>;
    viewers: Pick<ViewerCookies, 'of' | 'keep'>;
    baseUrlOf: (request: FastifyRequest) => string;
    base: string;
    audit: (request: FastifyRequest, call: AuditedCall) => void;
  },
): Promise<void> {
  const scopeOf = (request: FastifyRequest) => ({ baseUrl: baseUrlOf(request) });
  const problemPage = (problem: 'refused' | 'failed' | 'unverified', to: string) =>
    `${base}/sign-in?${new URLSearchParams({ problem, to })}`;

  function logFailure({ log }: FastifyRequest, error: unknown): void {
    log.warn({ err: error }, 'signing in by OpenID Connect failed');
  }

  app.get('/sign-in/openid', { exposeHeadRoute: false }, async (request, reply) => {
    const { to, for: reason } = querySchema.parse(request.query);
    const path = ownPath(to, base);
    const isForLink = reason === 'link';
    reply.header('cache-control', 'no-store');
    try {
      // The address that is known has not opened the link.
      const asksAgain = isForLink && (await viewers.of(request)) !== undefined;
      const { url, attempt } = await openid.begin(
        { to: path, isForLink, asksAgain },
        baseUrlOf(request) + callback,
      );
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
      const signedIn = await openid.end(new URL(baseUrlOf(request) + callback + search), attempt);
      const { account, email, to, isForLink } = signedIn;
      if (account && !isForLink) await cookies.start(request, reply, account, { isByPassword: false });
      const isLetIn = (isForLink ? email : account) !== undefined;
      const outcome = isLetIn ? 'ok' : 'FORBIDDEN';
      const name = isForLink ? email : account?.id;
      audit(request, { what: 'session.signIn', on: { kind: 'nothing' }, name, outcome });
      if (isLetIn && email !== undefined) reply.header('set-cookie', await viewers.keep(request, email));
      return await reply
        .header('set-cookie', setCookie(cookieName, '', scopeOf(request), 0))
        .redirect(isLetIn ? to : problemPage(isForLink ? 'unverified' : 'refused', to));
    } catch (error) {
      logFailure(request, error);
      return reply.redirect(problemPage('failed', `${base}/`));
    }
  });
}
