import { tokenInputSchema } from '@reelroom/shared';
import { proceduresWith } from '../access/procedures.ts';
import type { Tokens } from './tokens.ts';

/** What these procedures delegate to. */
export interface TokensCollaborators {
  tokens: Tokens;
}

export const tokensProcedures = {
  /** A token to join a room, and where to connect with it. */
  create: proceduresWith<TokensCollaborators>()
    .input(tokenInputSchema)
    .mutation(async ({ ctx, input }) => ({
      ...(await ctx.tokens.create(input, ctx)),
      livekitUrl: ctx.tokens.livekitUrlFor(ctx.baseUrl),
    })),
};
