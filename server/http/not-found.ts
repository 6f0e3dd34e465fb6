import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { methodNotAllowed, routeNotFound } from '../lib/errors.ts';

/** Whether a path matches a route's pattern, which may end in `*`. */
const matches = (path: string, pattern: string) =>
  pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;

const pathOf = ({ url }: FastifyRequest) => url.split('?')[0] ?? '';

/**
 * Created before the routes of `app`: handles requests that match none of them. 405 where the path has other
 * methods (RFC 9110 §15.5.6), else 404. Considers documented routes and the webhook.
 */
export function createNotFoundHandler(app: FastifyInstance) {
  const routes: { pattern: string; methods: string[] }[] = [];
  app.addHook('onRoute', ({ url, method, config }) => {
    if (config?.operation || method === 'POST') routes.push({ pattern: url, methods: [method].flat() });
  });

  const methodsAt = (path: string) => {
    const exact = routes.filter(({ pattern }) => pattern === path);
    const found = exact.length > 0 ? exact : routes.filter(({ pattern }) => matches(path, pattern));
    return found.flatMap(({ methods }) => methods);
  };

  const handle = (request: FastifyRequest, reply: FastifyReply): never => {
    const path = pathOf(request);
    const allowed = methodsAt(path);
    if (allowed.length === 0) throw routeNotFound(request.method, path);
    reply.header('allow', allowed.join(', '));
    throw methodNotAllowed(request.method, path, allowed);
  };
  // A path with a route of its own is not a recording's name, though the `*` of another route matches it; and
  // Fastify refuses methods that no route has before any handler.
  app.addHook('onRequest', async (request, reply) => {
    const isByPattern = request.routeOptions.url?.endsWith('*') ?? true;
    if (isByPattern && routes.some(({ pattern }) => pattern === pathOf(request))) handle(request, reply);
    if (request.is404 && methodsAt(pathOf(request)).length > 0) handle(request, reply);
  });

  return Object.assign(handle, {
    /** Whether the path of a request has routes for other methods. */
    allowsOtherMethods: (request: FastifyRequest): boolean => methodsAt(pathOf(request)).length > 0,
  });
}

export type NotFoundHandler = ReturnType<typeof createNotFoundHandler>;
