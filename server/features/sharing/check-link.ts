import { errorCodes, type ErrorCode } from '@reelroom/shared';
import type { onRequestAsyncHookHandler } from 'fastify';
import { z } from 'zod';
import { ReelroomError } from '../../lib/errors.ts';
import { withGrant } from '../access/principal.ts';
import type { CheckedLink, Shares } from './links.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The share link that a request for a recording's files has, if any. */
    reelroomLink?: CheckedLink;
  }
}

/** The errors of routes that a share link opens, where the link is not enough. */
export const linkErrors = [
  'FORBIDDEN',
  'SHARE_INVALID',
  'SHARE_EXPIRED',
  'SHARE_LOCKED',
  'SHARE_SIGN_IN',
] as const satisfies readonly ErrorCode[];

/** Documents the query parameter of a share link. */
export const linkQuery = z.object({
  share: z.string().describe('The token of a share link, for clients without other rights').optional(),
});

const querySchema = z.object({
  // A repeated parameter is not a link.
  share: z.union([z.string(), z.array(z.string()).transform(() => '')]).optional(),
  download: z.unknown().optional(),
});

/** The share token in a query, if any. */
export const tokenIn = (query: unknown): string | undefined => querySchema.parse(query).share;

/** Whether a link is valid; throws when that is unknown. */
const isGood = (checked: Promise<unknown>): Promise<boolean> =>
  checked.then(
    () => true,
    (error: unknown) => {
      if (error instanceof ReelroomError && errorCodes[error.code].status === 403) return false;
      throw error;
    },
  );

/**
 * Rejects requests whose share link is invalid for the recording in the path, or for its download; a valid link
 * adds its grant to the principal, for as long as it is valid. Requests without a link pass.
 */
export const checkLink =
  ({ shares }: { shares: Pick<Shares, 'check' | 'grantOf'> }): onRequestAsyncHookHandler =>
  async (request) => {
    const { params, query } = request;
    const { share, download } = querySchema.parse(query);
    if (share === undefined) return;
    const { '*': path } = z.object({ '*': z.string() }).parse(params);
    // The path may go on with one of the recording's files.
    const [name = ''] = path.split('/');
    const { viewer, isActive = async () => true } = request.reelroomPrincipal;
    request.reelroomLink = await shares.check(name, share, { viewer, download: download !== undefined });
    request.reelroomPrincipal = {
      ...withGrant(request.reelroomPrincipal, await shares.grantOf(name, share, viewer)),
      isActive: async () => (await isActive()) && isGood(shares.check(name, share, { viewer })),
    };
  };
