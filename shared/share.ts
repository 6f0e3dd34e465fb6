import * as z from 'zod/mini';
import { recordingInputSchema } from './recording.ts';

const day = 24 * 60 * 60;
const maxDays = 3_650;

/** A new share link: its lifetime in seconds, and whether it allows the download. */
export const shareInputSchema = z.extend(recordingInputSchema, {
  expiresInSeconds: z._default(
    z
      .int('expiresInSeconds must be a whole number of seconds, such as 604800 for a week')
      .check(
        z.minimum(1, 'expiresInSeconds is too small: at least 1'),
        z.maximum(
          maxDays * day,
          `expiresInSeconds is too large: at most ${maxDays * day}, which is ten years`,
        ),
      ),
    7 * day,
  ),
  download: z._default(z.boolean({ error: 'download must be true or false' }), false),
});
export type ShareInput = z.input<typeof shareInputSchema>;

/** A share link, whose holder may watch one recording until it expires or is revoked. */
export const shareSchema = z.object({
  id: z.string(),
  /** Ms since 1970. */
  createdAt: z.number(),
  expiresAt: z.number(),
  download: z.boolean(),
  /** The page that plays it. */
  url: z.string(),
  /** The video itself, in ranges, for a `<video>` or a program. */
  videoUrl: z.string(),
  /** The player alone, for an `<iframe>`. */
  embedUrl: z.string(),
});
export type Share = z.infer<typeof shareSchema>;

/** The link to revoke: all of the recording's when `id` is absent. */
export const unshareInputSchema = z.extend(recordingInputSchema, {
  id: z.optional(z.string({ error: 'id must be the id of a link, as recordings.shares lists them' })),
});

export const unshareOutputSchema = z.object({
  /** How many links were revoked. */
  revoked: z.number(),
});
