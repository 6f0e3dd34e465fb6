import type { FastifyInstance, FastifyRequest } from 'fastify';
import { basePath } from './base-path.ts';

/**
 * Where the one who asks has found `app`, without a slash at its end; behind a proxy
 * that is trusted (Fastify's `trustProxy`), as that says.
 */
export const baseUrlOf = (
  { protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>,
  app: Pick<FastifyInstance, 'prefix'>,
): string => `${protocol}://${host}${basePath(app)}`;
