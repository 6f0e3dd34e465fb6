import { tokenInputSchema } from '@reelroom/shared';
import { proceduresWith } from '../access/procedures.ts';
import type { Tokens } from './tokens.ts';

/** What these procedures delegate to. */
export interface TokensCollaborators {
  tokens: Tokens;
}

export const tokensProcedures = {
  /** A token to join a room, where to connect with it, and what its holder may do there. */
  create: proceduresWith<TokensCollaborators>()
    .input(tokenInputSchema)
    .mutation(async ({ ctx, input }) => ({
      ...(await ctx.tokens.create(input, ctx)),
      access: await ctx.roomAccess(input.roomName),
      livekitUrl: ctx.tokens.livekitUrlFor(ctx.baseUrl),
    })),
};
