import type { FastifyInstance, FastifyRequest } from 'fastify';
import { basePath } from './base-path.ts';

/**
 * The URL of `app` as the client addressed it, without a trailing slash; behind a trusted proxy (Fastify's
 * `trustProxy`) as the proxy forwards it.
 */
export const baseUrlOf = (
  { protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>,
  app: Pick<FastifyInstance, 'prefix'>,
): string => `${protocol}://${host}${basePath(app)}`;
