import {
  recordingInputSchema,
  shareInputSchema,
  unlockInputSchema,
  unshareInputSchema,
  watchInputSchema,
} from '@reelroom/shared';
import { proceduresWith } from '../access/procedures.ts';
import type { Library } from '../library/recordings.ts';
import type { Shares } from './links.ts';

/** What these procedures delegate to. */
export interface SharingCollaborators {
  library: Pick<Library, 'get'>;
  shares: Pick<Shares, 'check' | 'create' | 'list' | 'revoke' | 'unlock' | 'inPart'>;
}

const procedure = proceduresWith<SharingCollaborators>();

export const sharingProcedures = {
  /** One recording; a share link, if given, must be valid. */
  get: procedure.input(watchInputSchema).query(async ({ ctx, input }) => {
    if (input.share === undefined) return ctx.library.get(input.name);
    const { part } = await ctx.shares.check(input.name, input.share, {
      viewer: ctx.principal.viewer,
    });
    const recording = await ctx.shares.inPart(await ctx.library.get(input.name), part);
    // Egress's own reason may quote internal addresses.
    return { ...recording, reason: undefined };
  }),

  /** Unlocks a share link by its password; returns the token to use from then on. */
  unlock: procedure
    .input(unlockInputSchema)
    .mutation(({ ctx, input }) => ctx.shares.unlock(input, ctx.principal.viewer)),

  /** Creates a share link to a recording. */
  share: procedure
    .input(shareInputSchema)
    .mutation(({ ctx, input }) => ctx.shares.create(input, ctx.baseUrl)),

  /** The active links to a recording, newest first. */
  shares: procedure
    .input(recordingInputSchema)
    .query(({ ctx, input }) => ctx.shares.list(input.name, ctx.baseUrl)),

  /** Revokes a link, or all links of a recording; returns how many. */
  unshare: procedure.input(unshareInputSchema).mutation(async ({ ctx, input }) => ({
    revoked: await ctx.shares.revoke(input.name, input.id),
  })),
};
