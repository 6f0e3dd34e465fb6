import type { FastifyInstance } from 'fastify';
import { forbidden } from '../../lib/errors.ts';
import { isAllowed } from './authorise.ts';
import { routeRules, ruleNamed, type Rule } from './policy.ts';
import { authenticate, type Principal } from './principal.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes it. */
    reelroomPrincipal: Principal;
  }
  interface FastifyContextConfig {
    /** Who may call a route: see policy.ts. */
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
 * Gates all routes registered on `app` from now on: each is called only by principals that its rule allows.
 * @throws when a route without a rule is registered
 */
export function gateRoutes(app: FastifyInstance): void {
  // Fastify requires decorators to be declared before requests arrive.
  app.decorateRequest('reelroomPrincipal');
  app.addHook('onRoute', (route) => {
    const below = route.url.slice(app.prefix.replace(/\/+$/, '').length) || '/';
    const path = below === '*' ? '/*' : below;
    for (const method of [route.method].flat()) {
      const rule = ruleOf(method, path);
      if (!rule) throw new Error(`${method} ${path} has no rule in features/access/policy.ts`);
      route.config = { ...route.config, rule };
    }
  });
  app.addHook('onRequest', async (request) => {
    request.reelroomPrincipal = authenticate();
  });
  app.addHook('preHandler', async ({ reelroomPrincipal, is404, routeOptions }) => {
    if (!is404 && !isAllowed(reelroomPrincipal, routeOptions.config.rule)) throw forbidden();
  });
}
