import * as z from 'zod/mini';
import { errorCodeSchema } from '../base/errors.ts';
import { recordingInputSchema, recordingSchema } from './recording.ts';
import { recordingNameSchema } from '../base/recording-name.ts';
import { titleSchema } from '../base/title.ts';

const moment = (field: string) =>
  z.iso.datetime({
    offset: true,
    error: `${field} must be a date and a time with its offset, such as 2026-01-31T10:15:00Z`,
  });

const text = (field: string) => z.string({ error: `${field} must be a text, given once` });

const searchSchema = text('search').check(
  z.trim(),
  z.minLength(1, 'search must not be empty'),
  z.maxLength(100, 'search is too long: at most 100 characters'),
);

/** Which recordings to list; all optional, and all that are given must hold. */
const filterSchema = z.object({
  roomName: z.optional(text('roomName').check(z.describe('Compares exactly; an empty one is none'))),
  roomId: z.optional(text('roomId').check(z.describe('Compares exactly; an empty one is none'))),
  status: z.optional(
    z
      .enum(['ready', 'failed'], { error: 'status must be ready or failed' })
      .check(z.describe('Those that became this')),
  ),
  from: z.optional(moment('from').check(z.describe('Those that began then or later'))),
  to: z.optional(moment('to').check(z.describe('Those that began before then'))),
  search: z.optional(
    searchSchema.check(z.describe("Text in the title or the room's name, whatever its case and accents")),
  ),
});
export type RecordingFilter = z.infer<typeof filterSchema>;

/** One page of a list of recordings. */
export const listInputSchema = z.extend(filterSchema, {
  order: z._default(z.enum(['newest', 'oldest'], { error: 'order must be newest or oldest' }), 'newest'),
  limit: z._default(
    z
      .int('limit must be a whole number from 1 to 200, such as 50')
      .check(
        z.minimum(1, 'limit is too small: it is 1 to 200'),
        z.maximum(200, 'limit is too large: it is 1 to 200'),
      ),
    50,
  ),
  cursor: z.optional(
    text('cursor').check(z.describe('nextCursor of the page before, of the same filter and order')),
  ),
});
export type ListInput = z.input<typeof listInputSchema>;
export type ListQuery = z.output<typeof listInputSchema>;

export const recordingPageSchema = z.object({
  live: z.array(recordingSchema).check(z.describe('Those under way, newest first; on the first page only')),
  recordings: z
    .array(recordingSchema)
    .check(
      z.describe('Those that have ended. There may be fewer than limit, even none, and yet more to come'),
    ),
  nextCursor: z.optional(z.string().check(z.describe('Where the next page begins; absent on the last one'))),
  indexing: z.optional(
    z
      .literal(true)
      .check(z.describe('The index is being built: there may be recordings that are not listed yet')),
  ),
});
export type RecordingPage = z.infer<typeof recordingPageSchema>;

/** All ended recordings, the REST response without paging. */
export const recordingListSchema = z.object({ recordings: z.array(recordingSchema) });

/** Which rooms to suggest: those with this text in their name, whatever its case and accents. */
export const roomsInputSchema = z.optional(z.object({ search: z.optional(searchSchema) }));

export const roomSuggestionsSchema = z.object({
  rooms: z.array(z.object({ roomName: z.string(), count: z.optional(z.number()) })),
  /** Whether there are, or may be, more than these. */
  more: z.boolean(),
});
export type RoomSuggestions = z.infer<typeof roomSuggestionsSchema>;

/** A new title; an empty or absent one removes the old one. */
export const renameInputSchema = z.extend(recordingInputSchema, {
  title: z.optional(
    z.pipe(
      z.pipe(
        z.string({ error: 'title must be a text' }).check(z.trim()),
        z.transform((title: string) => title || undefined),
      ),
      z.optional(titleSchema),
    ),
  ),
});

/** Whether a recording is exempted from retention. */
export const keepInputSchema = z.extend(recordingInputSchema, {
  keep: z.boolean({ error: 'keep must be true or false' }),
});

const maxNames = 1_000;

const namesSchema = z
  .array(recordingNameSchema, { error: 'names must be a list of the names of recordings' })
  .check(
    z.minLength(1, `names must have at least one name`),
    z.maxLength(maxNames, `names has too many: at most ${maxNames}`),
  );

export const deleteManyInputSchema = z.object({ names: namesSchema });

/** Which recordings to download as one ZIP; one that is named twice is in it once. */
export const zipInputSchema = z.object({ names: namesSchema });

export const deleteManyOutputSchema = z.object({
  /** One for each name, in their order. */
  results: z.array(
    z.object({
      name: z.string(),
      /** Why it was not deleted; absent where it was. */
      error: z.optional(
        z.object({
          code: errorCodeSchema,
          message: z.string(),
        }),
      ),
    }),
  ),
});
export type DeleteManyOutput = z.infer<typeof deleteManyOutputSchema>;

/** The recordings to restore, or to delete for good. */
export const namesInputSchema = z.object({ names: namesSchema });

/** A page of the trash, in the order of {@link RecordingPage}: newest recording first. */
export const trashInputSchema = z.optional(
  z.object({
    limit: z.optional(listInputSchema.shape.limit),
    cursor: z.optional(
      text('cursor').check(
        z.regex(/^\d{13}[\w-]{8}$/, 'cursor must be the nextCursor of the page before'),
        z.describe('nextCursor of the page before'),
      ),
    ),
  }),
);
export type TrashInput = z.input<typeof trashInputSchema>;

export const trashPageSchema = z.object({
  recordings: z.array(recordingSchema),
  nextCursor: z.optional(z.string().check(z.describe('Where the next page begins; absent on the last one'))),
});
export type TrashPage = z.infer<typeof trashPageSchema>;

/** How many recordings of the trash were deleted for good, and how many are left. */
export const emptiedSchema = z.object({ deleted: z.number(), left: z.number() });
export type Emptied = z.infer<typeof emptiedSchema>;

export const totalsSchema = z.object({
  count: z.number(),
  /** Of all media. */
  bytes: z.number(),
});
export type Totals = z.infer<typeof totalsSchema>;
