import { z } from 'zod';
import { recordingInputSchema } from './recording.ts';

const day = 24 * 60 * 60;
const maxDays = 3_650;

/** A new share link: its lifetime in seconds, and whether it allows the download. */
export const shareInputSchema = recordingInputSchema.extend({
  expiresInSeconds: z
    .int('expiresInSeconds must be a whole number of seconds, such as 604800 for a week')
    .min(1, 'expiresInSeconds is too small: at least 1')
    .max(maxDays * day, `expiresInSeconds is too large: at most ${maxDays * day}, which is ten years`)
    .default(7 * day),
  download: z.boolean({ error: 'download must be true or false' }).default(false),
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
export const unshareInputSchema = recordingInputSchema.extend({
  id: z.string({ error: 'id must be the id of a link, as recordings.shares lists them' }).optional(),
});

export const unshareOutputSchema = z.object({
  /** How many links were revoked. */
  revoked: z.number(),
});
