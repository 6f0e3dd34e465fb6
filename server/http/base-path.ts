import type { FastifyInstance } from 'fastify';

/** A plugin's prefix as it is written in URLs: empty, or with a leading and no trailing slash. */
export const basePath = ({ prefix }: Pick<FastifyInstance, 'prefix'>): string =>
  encodeURI(prefix).replace(/\/+$/, '');
