import type { FastifyInstance, FastifyRequest } from 'fastify';
import { forbidden } from '../../lib/errors.ts';
import type { Access } from './access.ts';
import { isAbility, routeRules, ruleNamed, type Rule } from './policy.ts';
import type { Principal } from './principal.ts';
import { targetOf } from './targets.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes it. */
    reelroomPrincipal: Principal;
  }
  interface FastifyContextConfig {
    /** What a route needs: see policy.ts. */
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

/** The only part of a request in which its route looks for its target. */
function inputOf({ method, params, query, body }: FastifyRequest, { on }: Rule): unknown {
  if (typeof on === 'object' && 'recording' in on && on.recording === '*') return params;
  return method === 'GET' || method === 'HEAD' ? query : body;
}

/** What a request needs by its rule: a download is an ability of its own. */
const needsOf = ({ needs, downloads }: Rule, { query }: FastifyRequest): Rule['needs'] =>
  downloads && typeof query === 'object' && query !== null && 'download' in query ? 'download' : needs;

/**
 * Gates all routes registered on `app` from now on: each is called only by principals that its rule allows.
 * @param authenticate tells who makes a request
 */
export function gateRoutes(
  app: FastifyInstance,
  {
    authenticate,
    access,
  }: { authenticate: (request: FastifyRequest) => Promise<Principal>; access: Pick<Access, 'assert'> },
): void {
  // Fastify requires decorators to be declared before requests arrive.
  app.decorateRequest('reelroomPrincipal');
  app.addHook('onRequest', async (request) => {
    request.reelroomPrincipal = await authenticate(request);
  });
  app.addHook('preHandler', async (request) => {
    if (request.is404) return;
    const { rule } = request.routeOptions.config;
    if (!rule) throw forbidden();
    const needs = needsOf(rule, request);
    if (!isAbility(needs)) return;
    await access.assert(request.reelroomPrincipal, needs, targetOf(rule.on, inputOf(request, rule)));
  });
}
