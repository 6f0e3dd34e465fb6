import {
  changesInputSchema,
  deleteManyInputSchema,
  keepInputSchema,
  listInputSchema,
  recordingInputSchema,
  renameInputSchema,
  roomInputSchema,
  roomsInputSchema,
  shareInputSchema,
  startInputSchema,
  unshareInputSchema,
  watchInputSchema,
} from '@reelroom/shared';
import { procedure, router } from '../../http/trpc.ts';
import { recordingChanges } from './changes.ts';

export const recordingsRouter = router({
  /** Starts recording a room: answers the recording, `starting`. */
  start: procedure.input(startInputSchema).mutation(({ ctx, input }) => ctx.lifecycle.start(input)),

  /** Stops a room's recording: answers it, `stopping`. */
  stop: procedure.input(roomInputSchema).mutation(({ ctx, input }) => ctx.lifecycle.stop(input.roomName)),

  /** Has a room's recording go on though one person is alone there: answers it. */
  keepRecording: procedure
    .input(roomInputSchema)
    .mutation(({ ctx, input }) => ctx.lifecycle.keepRecording(input.roomName)),

  /** A page of the recordings that the filter asks for, those under way on top of the first. */
  list: procedure
    .input(listInputSchema.optional())
    .query(({ ctx, input }) => ctx.listing.page(input ?? listInputSchema.parse({}))),

  /** Rooms that have recordings, to choose from. */
  rooms: procedure.input(roomsInputSchema).query(({ ctx, input }) => ctx.listing.rooms(input)),

  /** How many recordings there are, and their bytes. */
  totals: procedure.query(({ ctx }) => ctx.totals.get()),

  /** One recording; a link to it that is given must be good. */
  get: procedure.input(watchInputSchema).query(async ({ ctx, input }) => {
    if (input.share === undefined) return ctx.library.get(input.name);
    await ctx.shares.check(input.name, input.share);
    // It quotes what is inside.
    return { ...(await ctx.library.get(input.name)), reason: undefined };
  }),

  /** Gives a new link to a recording. */
  share: procedure
    .input(shareInputSchema)
    .mutation(({ ctx, input }) => ctx.shares.create(input, ctx.baseUrl)),

  /** The links to a recording that are active, newest first. */
  shares: procedure
    .input(recordingInputSchema)
    .query(({ ctx, input }) => ctx.shares.list(input.name, ctx.baseUrl)),

  /** Takes back a link, or all of a recording's: answers how many. */
  unshare: procedure.input(unshareInputSchema).mutation(async ({ ctx, input }) => ({
    revoked: await ctx.shares.revoke(input.name, input.id),
  })),

  /** What happens to recordings, to an open library: `reset` first, then each change; ids resume it. */
  changes: procedure
    .input(changesInputSchema)
    .subscription(({ ctx: { events }, input, signal = new AbortController().signal }) =>
      recordingChanges({ events, after: input?.lastEventId, signal }),
    ),

  /** Gives a recording a title, or takes it away: answers the recording. */
  rename: procedure
    .input(renameInputSchema)
    .mutation(({ ctx, input }) => ctx.library.rename(input.name, input.title)),

  /** Has a recording stay, however old it becomes, or not any more: answers the recording. */
  setKeep: procedure
    .input(keepInputSchema)
    .mutation(({ ctx, input }) => ctx.library.setKeep(input.name, input.keep)),

  /** Deletes recordings for good: answers how that went, for each. */
  deleteMany: procedure
    .input(deleteManyInputSchema)
    .mutation(({ ctx, input }) => ctx.library.deleteMany(input.names)),

  /** Deletes a recording for good. */
  delete: procedure.input(recordingInputSchema).mutation(async ({ ctx, input }) => {
    await ctx.library.delete(input.name);
    return { name: input.name };
  }),
});
