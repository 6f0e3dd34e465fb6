import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { methodNotAllowed, nothingAt } from '../errors.ts';

/** Whether a route's address, whose end may be a `*`, is this one. */
const isAt = (path: string, pattern: string) =>
  pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;

/**
 * Made before the routes of `app`, this refuses a request that none of them takes: 405 where
 * its address takes other methods (RFC 9110 §15.5.6), else 404. Counts routes that are described.
 */
export function createAddressRefusal(app: FastifyInstance) {
  const routes: { pattern: string; methods: string[] }[] = [];
  app.addHook('onRoute', ({ url, method, config }) => {
    if (config?.operation) routes.push({ pattern: url, methods: [method].flat() });
  });

  return ({ method, url }: FastifyRequest, reply: FastifyReply): never => {
    const [path = ''] = url.split('?');
    const allowed = routes.filter(({ pattern }) => isAt(path, pattern)).flatMap(({ methods }) => methods);
    if (allowed.length === 0) throw nothingAt(method, path);
    reply.header('allow', allowed.join(', '));
    throw methodNotAllowed(method, path, allowed);
  };
}

export type AddressRefusal = ReturnType<typeof createAddressRefusal>;
