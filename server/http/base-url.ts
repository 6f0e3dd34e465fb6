import type { FastifyInstance, FastifyRequest } from 'fastify';
import { basePath } from './base-path.ts';

/**
 * Where people find `app`, which a proxy may show them elsewhere than where we are asked.
 * @param publicUrl where that is, with its path and without a slash at its end; where each has found it when absent
 */
export function createPublicAddress(app: Pick<FastifyInstance, 'prefix'>, publicUrl: string | undefined) {
  return {
    /** The path that all addresses in our pages begin with: empty, or begins with a slash and ends in none. */
    path: publicUrl === undefined ? basePath(app) : new URL(publicUrl).pathname.replace(/\/+$/, ''),

    /**
     * Where the one who asks finds the app, without a slash at its end; behind a proxy
     * that is trusted (Fastify's `trustProxy`), as that says.
     */
    baseUrlOf: ({ protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>): string =>
      publicUrl ?? `${protocol}://${host}${basePath(app)}`,
  };
}

export type PublicAddress = ReturnType<typeof createPublicAddress>;
