import type { onRequestAsyncHookHandler } from 'fastify';
import { z } from 'zod';
import type { Shares } from './links.ts';

/** What an address may carry of a link. */
export const linkQuery = z.object({
  share: z.string().describe('What a link carries behind share=, for whoever has no other right').optional(),
});

const querySchema = z.object({
  // Two of them are no link.
  share: z.union([z.string(), z.array(z.string()).transform(() => '')]).optional(),
  download: z.unknown().optional(),
});

/** What an address carries of a link: its token, if any. */
export const tokenIn = (query: unknown): string | undefined => querySchema.parse(query).share;

/**
 * Lets nobody pass who comes by a link that is no good for the recording which the
 * address names, or for its download. Without a link everyone passes.
 */
export const checkLink =
  ({ shares }: { shares: Pick<Shares, 'check'> }): onRequestAsyncHookHandler =>
  async ({ params, query }) => {
    const { share, download } = querySchema.parse(query);
    if (share === undefined) return;
    const { '*': path } = z.object({ '*': z.string() }).parse(params);
    // What stands behind the name is one of the recording's files.
    const [name = ''] = path.split('/');
    await shares.check(name, share, { download: download !== undefined });
  };
