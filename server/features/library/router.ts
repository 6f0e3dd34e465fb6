import {
  changesInputSchema,
  deleteManyInputSchema,
  keepInputSchema,
  listInputSchema,
  namesInputSchema,
  recordingInputSchema,
  renameInputSchema,
  roomsInputSchema,
  trashInputSchema,
} from '@reelroom/shared';
import { z } from 'zod';
import { proceduresWith } from '../access/procedures.ts';
import type { Events } from '../events/events.ts';
import { recordingChanges } from './changes.ts';
import type { EmptyTrash } from './empty-trash.ts';
import type { Listing } from './listing.ts';
import type { Library } from './recordings.ts';
import type { SuggestRooms } from './room-suggestions.ts';
import type { TotalsReader } from './totals.ts';

/** What these procedures delegate to. */
export interface LibraryCollaborators {
  library: Pick<
    Library,
    'rename' | 'setKeep' | 'delete' | 'deleteMany' | 'restore' | 'deleteForGood' | 'trashPage'
  >;
  emptyTrash: EmptyTrash;
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

  /** Moves recordings to the trash, or deletes them for good without one; returns a result for each. */
  deleteMany: procedure
    .input(deleteManyInputSchema)
    .mutation(({ ctx, input }) => ctx.library.deleteMany(input.names)),

  /** Moves a recording to the trash, or deletes it for good without one. */
  delete: procedure.input(recordingInputSchema).mutation(async ({ ctx, input }) => {
    await ctx.library.delete(input.name);
    return { name: input.name };
  }),

  /** A page of the recordings in the trash, newest recording first. */
  trash: procedure
    .input(trashInputSchema)
    .query(async ({ ctx, input }) =>
      ctx.library.trashPage(
        { limit: input?.limit ?? listInputSchema.parse({}).limit, cursor: input?.cursor },
        await ctx.visibleRooms('delete'),
      ),
    ),

  /** Restores recordings from the trash, with links, title and `keep`; returns a result for each. */
  restore: procedure.input(namesInputSchema).mutation(({ ctx, input }) => ctx.library.restore(input.names)),

  /** Deletes recordings for good, whether they are in the trash or not; returns a result for each. */
  deleteForGood: procedure
    .input(namesInputSchema)
    .mutation(({ ctx, input }) => ctx.library.deleteForGood(input.names)),

  /** Deletes all of the trash for good, a thousand recordings at most; returns how many, and what is left. */
  emptyTrash: procedure.mutation(({ ctx }) => ctx.emptyTrash()),
};
