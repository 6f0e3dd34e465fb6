import { listInputSchema, recordingInputSchema, roomInputSchema } from '@reelroom/shared';
import { procedure, router } from '../../trpc.ts';

export const recordingsRouter = router({
  /** Starts recording a room: answers the recording, `starting`. */
  start: procedure.input(roomInputSchema).mutation(({ ctx, input }) => ctx.lifecycle.start(input.roomName)),

  /** Stops a room's recording: answers it, `stopping`. */
  stop: procedure.input(roomInputSchema).mutation(({ ctx, input }) => ctx.lifecycle.stop(input.roomName)),

  /** All recordings, or a room's, newest first. */
  list: procedure
    .input(listInputSchema.optional())
    .query(async ({ ctx, input }) => ({ recordings: await ctx.library.list(input ?? {}) })),

  /** One recording. */
  get: procedure.input(recordingInputSchema).query(({ ctx, input }) => ctx.library.get(input.name)),

  /** Deletes a recording for good. */
  delete: procedure.input(recordingInputSchema).mutation(async ({ ctx, input }) => {
    await ctx.library.delete(input.name);
    return { name: input.name };
  }),
});
