import { tokenInputSchema } from '@reelroom/shared';
import { procedure, router } from '../../http/trpc.ts';

export const tokensRouter = router({
  /** A token to join a room, and where to connect with it. */
  create: procedure.input(tokenInputSchema).mutation(({ ctx, input }) => ctx.tokens.create(input)),
});
