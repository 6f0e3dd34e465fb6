import type { FastifyInstance } from 'fastify';

/**
 * The path that all addresses of a plugin begin with, its prefix as it stands in a URL:
 * empty, or begins with a slash and ends in none.
 */
export const basePath = ({ prefix }: Pick<FastifyInstance, 'prefix'>): string =>
  encodeURI(prefix).replace(/\/+$/, '');
