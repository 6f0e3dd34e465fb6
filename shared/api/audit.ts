import * as z from 'zod/mini';

/** Something that somebody did, or tried. */
export const auditEntrySchema = z.object({
  /** Ms since 1970. */
  at: z.number(),
  /** A procedure such as `recordings.start`, or `playback`, `download`. */
  what: z.string(),
  /** Who it was: an account, a key, a guest or a link by its id, or `anyone`. */
  who: z.string(),
  /** What they are called. */
  name: z.optional(z.string()),
  /** The client's address. */
  address: z.string(),
  room: z.optional(z.string()),
  /** At most 100. */
  recordings: z.optional(z.array(z.string())),
  /** `ok`, or the code of the error. */
  outcome: z.string(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

const text = (field: string) =>
  z.optional(
    z
      .string({ error: `${field} must be a text` })
      .check(z.maxLength(500, `${field} is too long: at most 500 characters`)),
  );
const moment = (field: string) =>
  z.optional(
    z
      .number({ error: `${field} must be a time in ms since 1970` })
      .check(
        z.minimum(0, `${field} must be a time in ms since 1970`),
        z.maximum(9_999_999_999_999, `${field} is too large: at most 9999999999999, in the year 2286`),
      ),
  );

/** Which entries to list; all optional, and all that are given must hold. */
export const auditListInputSchema = z.object({
  /** A part of who it was, or of what they are called. */
  who: text('who'),
  /** The beginning of what was done, such as `recordings.`. */
  what: text('what'),
  /** A part of the name of a room or recording. */
  on: text('on'),
  /** Not before and not after, in ms since 1970. */
  from: moment('from'),
  to: moment('to'),
  limit: z._default(
    z
      .int('limit must be a whole number')
      .check(z.minimum(1, 'limit must be at least 1'), z.maximum(500, 'limit must be at most 500')),
    50,
  ),
  cursor: z.optional(
    z
      .string({ error: 'cursor must be what a page gave as nextCursor' })
      .check(
        z.regex(
          /^\d{4}-\d{2}\/\d{13}-[0-9a-f]{8}\.json\/\d{1,4}$/,
          'cursor must be what a page gave as nextCursor',
        ),
      ),
  ),
});
export type AuditListInput = z.output<typeof auditListInputSchema>;

/** A page, newest first to within some seconds; the last one has no `nextCursor`. */
export interface AuditPage {
  entries: AuditEntry[];
  nextCursor?: string;
}
