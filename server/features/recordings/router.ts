import {
  changesInputSchema,
  listInputSchema,
  recordingInputSchema,
  roomInputSchema,
  startInputSchema,
} from '@reelroom/shared';
import { procedure, router } from '../../trpc.ts';
import { recordingChanges } from './changes.ts';

export const recordingsRouter = router({
  /** Starts recording a room: answers the recording, `starting`. */
  start: procedure.input(startInputSchema).mutation(({ ctx, input }) => ctx.lifecycle.start(input)),

  /** Stops a room's recording: answers it, `stopping`. */
  stop: procedure.input(roomInputSchema).mutation(({ ctx, input }) => ctx.lifecycle.stop(input.roomName)),

  /** All recordings, or a room's, newest first. */
  list: procedure
    .input(listInputSchema.optional())
    .query(async ({ ctx, input }) => ({ recordings: await ctx.library.list(input ?? {}) })),

  /** One recording. */
  get: procedure.input(recordingInputSchema).query(({ ctx, input }) => ctx.library.get(input.name)),

  /** What happens to recordings, to an open library: `reset` first, then each change; ids resume it. */
  changes: procedure
    .input(changesInputSchema)
    .subscription(({ ctx: { events }, input, signal = new AbortController().signal }) =>
      recordingChanges({ events, after: input?.lastEventId, signal }),
    ),

  /** Deletes a recording for good. */
  delete: procedure.input(recordingInputSchema).mutation(async ({ ctx, input }) => {
    await ctx.library.delete(input.name);
    return { name: input.name };
  }),
});
