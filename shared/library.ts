import { z } from 'zod';
import { errorCodeSchema } from './errors.ts';
import { recordingInputSchema, recordingSchema } from './recording.ts';
import { recordingNameSchema } from './recording-name.ts';
import { titleSchema } from './title.ts';

const moment = (field: string) =>
  z.iso.datetime({
    offset: true,
    error: `${field} must be a date and a time with its offset, such as 2026-01-31T10:15:00Z`,
  });

const text = (field: string) => z.string({ error: `${field} must be a text, given once` });

const searchSchema = text('search')
  .trim()
  .min(1, 'search must not be empty')
  .max(100, 'search is too long: at most 100 characters');

/** Which recordings to list; all optional, and all that are given must hold. */
const filterSchema = z.object({
  roomName: text('roomName').describe('Compares exactly; an empty one is none').optional(),
  roomId: text('roomId').describe('Compares exactly; an empty one is none').optional(),
  status: z
    .enum(['ready', 'failed'], { error: 'status must be ready or failed' })
    .describe('Those that became this')
    .optional(),
  from: moment('from').describe('Those that began then or later').optional(),
  to: moment('to').describe('Those that began before then').optional(),
  search: searchSchema
    .describe("Text in the title or the room's name, whatever its case and accents")
    .optional(),
});
export type RecordingFilter = z.infer<typeof filterSchema>;

/** One page of a list of recordings. */
export const listInputSchema = filterSchema.extend({
  order: z.enum(['newest', 'oldest'], { error: 'order must be newest or oldest' }).default('newest'),
  limit: z
    .int('limit must be a whole number from 1 to 200, such as 50')
    .min(1, 'limit is too small: it is 1 to 200')
    .max(200, 'limit is too large: it is 1 to 200')
    .default(50),
  cursor: text('cursor').describe('nextCursor of the page before, of the same filter and order').optional(),
});
export type ListInput = z.input<typeof listInputSchema>;
export type ListQuery = z.output<typeof listInputSchema>;

export const recordingPageSchema = z.object({
  live: z.array(recordingSchema).describe('Those under way, newest first; on the first page only'),
  recordings: z
    .array(recordingSchema)
    .describe('Those that have ended. There may be fewer than limit, even none, and yet more to come'),
  nextCursor: z.string().describe('Where the next page begins; absent on the last one').optional(),
  indexing: z
    .literal(true)
    .describe('The index is being built: there may be recordings that are not listed yet')
    .optional(),
});
export type RecordingPage = z.infer<typeof recordingPageSchema>;

/** All ended recordings, the REST response without paging. */
export const recordingListSchema = z.object({ recordings: z.array(recordingSchema) });

/** Which rooms to suggest: those with this text in their name, whatever its case and accents. */
export const roomsInputSchema = z.object({ search: searchSchema.optional() }).optional();

export const roomSuggestionsSchema = z.object({
  rooms: z.array(z.object({ roomName: z.string(), count: z.number().optional() })),
  /** Whether there are, or may be, more than these. */
  more: z.boolean(),
});
export type RoomSuggestions = z.infer<typeof roomSuggestionsSchema>;

/** A new title; an empty or absent one removes the old one. */
export const renameInputSchema = recordingInputSchema.extend({
  title: z
    .string({ error: 'title must be a text' })
    .trim()
    .transform((title) => title || undefined)
    .pipe(titleSchema.optional())
    .optional(),
});

/** Whether a recording is exempted from retention. */
export const keepInputSchema = recordingInputSchema.extend({
  keep: z.boolean({ error: 'keep must be true or false' }),
});

const maxNames = 1_000;

const namesSchema = z
  .array(recordingNameSchema, { error: 'names must be a list of the names of recordings' })
  .min(1, `names must have at least one name`)
  .max(maxNames, `names has too many: at most ${maxNames}`);

export const deleteManyInputSchema = z.object({ names: namesSchema });

/** Which recordings to download as one ZIP; one that is named twice is in it once. */
export const zipInputSchema = z.object({ names: namesSchema });

export const deleteManyOutputSchema = z.object({
  /** One for each name, in their order. */
  results: z.array(
    z.object({
      name: z.string(),
      /** Why it was not deleted; absent where it was. */
      error: z
        .object({
          code: errorCodeSchema,
          message: z.string(),
        })
        .optional(),
    }),
  ),
});
export type DeleteManyOutput = z.infer<typeof deleteManyOutputSchema>;

export const totalsSchema = z.object({
  count: z.number(),
  /** Of all media. */
  bytes: z.number(),
});
export type Totals = z.infer<typeof totalsSchema>;
