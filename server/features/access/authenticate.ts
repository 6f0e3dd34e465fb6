import type { FastifyRequest } from 'fastify';
import { nobody, openAdmin, type Principal } from './principal.ts';

/**
 * Tells who makes a request, by all of its credentials together.
 * @param isOpen whether everyone is an admin
 */
export const createAuthenticator =
  ({ isOpen }: { isOpen: boolean }) =>
  async (_request: FastifyRequest): Promise<Principal> =>
    isOpen ? openAdmin : nobody;
