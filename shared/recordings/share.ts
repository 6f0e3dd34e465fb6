import * as z from 'zod/mini';
import { recordingInputSchema } from './recording.ts';

const day = 24 * 60 * 60;
const maxDays = 3_650;

/** A time in the recording, in s. */
const moment = (field: string) =>
  z
    .number(`${field} must be a number of seconds, such as 90`)
    .check(z.minimum(0, `${field} must be 0 or more`), z.maximum(10_000_000, `${field} is too large`));

const maxDomains = 20;

/** The domain of e-mail addresses, such as `example.com`. */
const domainSchema = z
  .string({ error: 'domains must be a list of domains, such as example.com' })
  .check(
    z.trim(),
    z.toLowerCase(),
    z.regex(
      /^(?=.{1,253}$)[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?$/u,
      'domains must be names of domains, such as example.com',
    ),
  );

/**
 * A new share link: its lifetime in seconds, whether it allows the download, a password, the domains whose people it
 * is for, and the part of the recording that it is for, in seconds from its beginning; all of it when absent.
 */
export const shareInputSchema = z
  .extend(recordingInputSchema, {
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
    password: z.optional(
      z
        .string({ error: 'password must be a text' })
        .check(
          z.minLength(1, 'password must not be empty'),
          z.maxLength(1_000, 'password is too long: at most 1000 characters'),
        ),
    ),
    domains: z.optional(
      z
        .array(domainSchema, { error: 'domains must be a list of domains, such as example.com' })
        .check(
          z.minLength(1, 'domains must have at least one domain: without domains a link is for everyone'),
          z.maxLength(maxDomains, `domains has too many: at most ${maxDomains}`),
        ),
    ),
    from: z.optional(moment('from')),
    to: z.optional(moment('to')),
  })
  .check(
    z.refine(({ from = 0, to = Infinity }) => from < to, {
      error: 'to must be after from: both are seconds from the beginning of the recording',
      path: ['to'],
    }),
  );
export type ShareInput = z.input<typeof shareInputSchema>;

/** A share link, whose holder may watch one recording until it expires or is revoked. */
export const shareSchema = z.object({
  id: z.string(),
  /** Ms since 1970. */
  createdAt: z.number(),
  expiresAt: z.number(),
  download: z.boolean(),
  hasPassword: z.boolean(),
  /** The domains of e-mail addresses whose people may watch, signed in; everyone when absent. */
  domains: z.optional(z.array(z.string())),
  /** The part that it is for, in s; all of the recording when absent. */
  from: z.optional(z.number()),
  to: z.optional(z.number()),
  /** How often it was watched: each playback once. */
  views: z.number(),
  /** The page that plays it. */
  url: z.string(),
  /** The video itself, in ranges, for a `<video>` or a program. */
  videoUrl: z.string(),
  /** The player alone, for an `<iframe>`. */
  embedUrl: z.string(),
});
export type Share = z.infer<typeof shareSchema>;

/** A share link with a password, and what somebody takes for that. */
export const unlockInputSchema = z.extend(recordingInputSchema, {
  share: z.string({ error: 'share must be what the link carries behind share=' }),
  password: z
    .string({ error: 'password is required' })
    .check(z.maxLength(1_000, 'password is too long: at most 1000 characters')),
});

export const unlockedSchema = z.object({
  /** The token that opens the link, in place of its own. */
  share: z.string(),
  /** Until when, in ms since 1970. */
  expiresAt: z.number(),
});
export type Unlocked = z.infer<typeof unlockedSchema>;

/** The link to revoke: all of the recording's when `id` is absent. */
export const unshareInputSchema = z.extend(recordingInputSchema, {
  id: z.optional(z.string({ error: 'id must be the id of a link, as recordings.shares lists them' })),
});

export const unshareOutputSchema = z.object({
  /** How many links were revoked. */
  revoked: z.number(),
});
