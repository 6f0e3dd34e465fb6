import {
  changesInputSchema,
  deleteManyInputSchema,
  keepInputSchema,
  listInputSchema,
  recordingInputSchema,
  renameInputSchema,
  roomsInputSchema,
} from '@reelroom/shared';
import { z } from 'zod';
import { proceduresWith } from '../access/procedures.ts';
import type { Events } from '../events/events.ts';
import { recordingChanges } from './changes.ts';
import type { Listing } from './listing.ts';
import type { Library } from './recordings.ts';
import type { TotalsReader } from './totals.ts';

/** What these procedures delegate to. */
export interface LibraryCollaborators {
  library: Pick<Library, 'rename' | 'setKeep' | 'delete' | 'deleteMany'>;
  listing: Pick<Listing, 'page' | 'rooms'>;
  totals: Pick<TotalsReader, 'get'>;
  events: Pick<Events, 'subscribe'>;
}

const procedure = proceduresWith<LibraryCollaborators>();

export const libraryProcedures = {
  /** A page of the recordings that the filter asks for, those under way on top of the first. */
  list: procedure
    .input(z.optional(listInputSchema))
    .query(({ ctx, input }) => ctx.listing.page(input ?? listInputSchema.parse({}))),

  /** Rooms that have recordings, to choose from. */
  rooms: procedure.input(roomsInputSchema).query(({ ctx, input }) => ctx.listing.rooms(input)),

  /** How many recordings there are, and their bytes. */
  totals: procedure.query(({ ctx }) => ctx.totals.get()),

  /** What happens to recordings, to an open library: `reset` first, then each change; ids resume it. */
  changes: procedure
    .input(changesInputSchema)
    .subscription(({ ctx: { events, canSee }, input, signal = new AbortController().signal }) =>
      recordingChanges({ events, canSee, after: input?.lastEventId, signal }),
    ),

  /** Gives a recording a title, or takes it away: answers the recording. */
  rename: procedure
    .input(renameInputSchema)
    .mutation(({ ctx, input }) => ctx.library.rename(input.name, input.title)),

  /** Exempts a recording from retention, or lifts the exemption: answers the recording. */
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
};
