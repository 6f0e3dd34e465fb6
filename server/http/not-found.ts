import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { methodNotAllowed, nothingAt } from '../lib/errors.ts';

/** Whether a route's address, whose end may be a `*`, is this one. */
const isAt = (path: string, pattern: string) =>
  pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;

const pathOf = ({ url }: FastifyRequest) => url.split('?')[0] ?? '';

/**
 * Made before the routes of `app`, this refuses a request that none of them takes: 405 where
 * its address takes other methods (RFC 9110 §15.5.6), else 404. Counts routes that are described, and the webhook.
 */
export function createAddressRefusal(app: FastifyInstance) {
  const routes: { pattern: string; methods: string[] }[] = [];
  app.addHook('onRoute', ({ url, method, config }) => {
    if (config?.operation || method === 'POST') routes.push({ pattern: url, methods: [method].flat() });
  });

  const methodsAt = (path: string) => {
    const exact = routes.filter(({ pattern }) => pattern === path);
    const found = exact.length > 0 ? exact : routes.filter(({ pattern }) => isAt(path, pattern));
    return found.flatMap(({ methods }) => methods);
  };

  const refuse = (request: FastifyRequest, reply: FastifyReply): never => {
    const path = pathOf(request);
    const allowed = methodsAt(path);
    if (allowed.length === 0) throw nothingAt(request.method, path);
    reply.header('allow', allowed.join(', '));
    throw methodNotAllowed(request.method, path, allowed);
  };
  // What has a route of its own is not the name of a recording, which a `*` of another route would take it for; and
  // Fastify itself refuses some methods that no route has, before any handler.
  app.addHook('onRequest', async (request, reply) => {
    const isByPattern = request.routeOptions.url?.endsWith('*') ?? true;
    if (isByPattern && routes.some(({ pattern }) => pattern === pathOf(request))) refuse(request, reply);
    if (request.is404 && methodsAt(pathOf(request)).length > 0) refuse(request, reply);
  });

  return Object.assign(refuse, {
    /** Whether the address of a request takes other methods than its own. */
    takesAnother: (request: FastifyRequest): boolean => methodsAt(pathOf(request)).length > 0,
  });
}

export type AddressRefusal = ReturnType<typeof createAddressRefusal>;
