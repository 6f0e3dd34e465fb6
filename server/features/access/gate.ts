import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { forbidden } from '../../lib/errors.ts';
import type { AuditedCall } from './audited.ts';
import type { Access } from './access.ts';
import { auditedAs, isAbility, routeRules, ruleNamed, type Rule } from './policy.ts';
import { nobody, type Principal } from './principal.ts';
import type { Session } from '../accounts/sessions.ts';
import { targetOf } from './targets.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The principal that makes it. */
    reelroomPrincipal: Principal;
  }
  interface FastifyContextConfig {
    /** The route's rule: see policy.ts. */
    rule?: Rule;
  }
}

/** The rule of a route, by its method and its path below the prefix. */
function ruleOf(method: string, path: string): Rule | undefined {
  const name = `${method === 'HEAD' ? 'GET' : method} ${path}`;
  const known = ruleNamed(routeRules, name);
  if (known) return known;
  const folder = Object.keys(routeRules).find(
    (row) => row.endsWith('/**') && name.startsWith(row.slice(0, -2)),
  );
  return folder === undefined ? undefined : ruleNamed(routeRules, folder);
}

/**
 * Gives each route registered on `app` from now on its rule.
 * @throws when a route without a rule is registered
 */
export function requireRules(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const below = route.url.slice(app.prefix.replace(/\/+$/, '').length) || '/';
    const path = below === '*' ? '/*' : below;
    for (const method of [route.method].flat()) {
      const rule = ruleOf(method, path);
      if (!rule) throw new Error(`${method} ${path} has no rule in features/access/policy.ts`);
      route.config = { ...route.config, rule };
    }
  });
}

/** How often the credentials of a response under way are checked, in ms. */
const checkAgainMs = 2_000;

/** The part of a request that names its target. */
function inputOf({ method, params, query, body }: FastifyRequest, { on }: Rule): unknown {
  if (typeof on === 'object' && 'recording' in on && on.recording === '*') return params;
  return method === 'GET' || method === 'HEAD' ? query : body;
}

/** The ability that a request needs by its rule: `download` for a download. */
const needsOf = ({ needs, downloads }: Rule, { query }: FastifyRequest): Rule['needs'] =>
  downloads && typeof query === 'object' && query !== null && 'download' in query ? 'download' : needs;

/** Ends a long response, such as a subscription or a video, when its credentials are no longer valid. */
function endWith(isActive: () => Promise<boolean>, { log }: FastifyRequest, { raw }: FastifyReply): void {
  const timer = setInterval(() => {
    isActive().then(
      (isStill) => (isStill ? undefined : raw.destroy()),
      (error: unknown) => log.warn({ err: error }, 'whether a session goes on is not known'),
    );
  }, checkAgainMs).unref();
  raw.once('close', () => clearInterval(timer));
}

/**
 * Applies the rules to all routes registered on `app` from now on: only allowed principals reach a handler.
 * @param authenticate returns the principal of a request
 */
export function gateRoutes(
  app: FastifyInstance,
  {
    authenticate,
    access,
    renew,
    audit,
  }: {
    authenticate: (request: FastifyRequest) => Promise<Principal>;
    access: Pick<Access, 'assert'>;
    /** Renews the session of a request. */
    renew: (request: FastifyRequest, reply: FastifyReply, session: Session) => Promise<void>;
    audit: (request: FastifyRequest, call: AuditedCall) => void;
  },
): void {
  // Fastify requires decorators to be declared before requests arrive.
  app.decorateRequest('reelroomPrincipal');
  app.addHook('onRequest', async (request) => {
    const { rule } = request.routeOptions.config;
    // Public files and pages are served even while S3 is unavailable.
    const isForAll = request.is404 || (rule?.needs === 'nothing' && rule.cost === 'free');
    request.reelroomPrincipal = nobody;
    if (!isForAll) request.reelroomPrincipal = await authenticate(request);
  });
  app.addHook('preHandler', async (request, reply) => {
    if (request.is404) return;
    const { rule } = request.routeOptions.config;
    if (!rule) throw forbidden();
    const { reelroomPrincipal: principal } = request;
    const needs = needsOf(rule, request);
    if (isAbility(needs)) await access.assert(principal, needs, targetOf(rule.on, inputOf(request, rule)));
    if (needs === 'procedure' && principal.session) await renew(request, reply, principal.session);
    if (principal.isActive) endWith(principal.isActive, request, reply);
  });
  app.addHook('onResponse', async (request, { statusCode }) => {
    const { rule } = request.routeOptions.config;
    const what = rule && auditedAs(rule);
    if (!rule || what === undefined) return;
    const outcome = statusCode < 400 ? 'ok' : (request.reelroomErrorCode ?? String(statusCode));
    audit(request, { what, on: targetOf(rule.on, inputOf(request, rule)), outcome });
  });
}
