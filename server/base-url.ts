import type { FastifyRequest } from 'fastify';

/**
 * Where the one who asks has found the app, without a slash at its end; behind a proxy
 * that is trusted (Fastify's `trustProxy`), as it says.
 * @param prefix that of the app in its server
 */
export const baseUrlOf = ({ protocol, host }: FastifyRequest, prefix: string): string =>
  `${protocol}://${host}${prefix}`;
