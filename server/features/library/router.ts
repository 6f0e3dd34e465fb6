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
import type { SuggestRooms } from './room-suggestions.ts';
import type { TotalsReader } from './totals.ts';

/** What these procedures delegate to. */
export interface LibraryCollaborators {
  library: Pick<Library, 'rename' | 'setKeep' | 'delete' | 'deleteMany'>;
  listing: Pick<Listing, 'page'>;
  suggestRooms: SuggestRooms;
  totals: Pick<TotalsReader, 'get'>;
  events: Pick<Events, 'subscribe'>;
}

const procedure = proceduresWith<LibraryCollaborators>();

export const libraryProcedures = {
  /** A page of the recordings that one may play and that match the filter, live ones on the first page. */
  list: procedure
    .input(z.optional(listInputSchema))
    .query(async ({ ctx, input }) =>
      ctx.listing.page(input ?? listInputSchema.parse({}), await ctx.visibleRooms()),
    ),

  /** Suggests rooms that have recordings. */
  rooms: procedure
    .input(roomsInputSchema)
    .query(async ({ ctx, input }) => ctx.suggestRooms({ ...input, visible: await ctx.visibleRooms() })),

  /** How many recordings there are, and their bytes. */
  totals: procedure.query(({ ctx }) => ctx.totals.get()),

  /** Changes of recordings, for an open library: `reset` first, then each change; ids resume it. */
  changes: procedure
    .input(changesInputSchema)
    .subscription(({ ctx: { events, canSee }, input, signal = new AbortController().signal }) =>
      recordingChanges({ events, canSee, after: input?.lastEventId, signal }),
    ),

  /** Sets or removes a recording's title; returns the recording. */
  rename: procedure
    .input(renameInputSchema)
    .mutation(({ ctx, input }) => ctx.library.rename(input.name, input.title)),

  /** Exempts a recording from retention, or lifts the exemption; returns the recording. */
  setKeep: procedure
    .input(keepInputSchema)
    .mutation(({ ctx, input }) => ctx.library.setKeep(input.name, input.keep)),

  /** Deletes recordings permanently; returns a result for each. */
  deleteMany: procedure
    .input(deleteManyInputSchema)
    .mutation(({ ctx, input }) => ctx.library.deleteMany(input.names)),

  /** Deletes a recording permanently. */
  delete: procedure.input(recordingInputSchema).mutation(async ({ ctx, input }) => {
    await ctx.library.delete(input.name);
    return { name: input.name };
  }),
};
