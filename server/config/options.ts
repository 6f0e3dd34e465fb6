import { z } from 'zod';

const url = (protocols: string[], example: string) => {
  const error = `must be a URL such as ${example}`;
  return z
    .string(error)
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), { error })
    .transform((text) => text.replace(/\/+$/, ''));
};

export const wholeNumber = (min: number, max: number, example: number) => {
  const error = `must be a whole number from ${min} to ${max}, such as ${example}`;
  return z.int(error).min(min, error).max(max, error);
};

export const text = z.string('must be a text').min(1, 'must not be empty');

/** Options that belong together; without any that has no default they need not be given. */
const group = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'invalid_type' ? `must be an object of ${Object.keys(shape).join(', ')}` : undefined,
  });

const isOrigin = (text: string) => {
  const { protocol, pathname, search, hash, username } = new URL(text);
  return /^https?:$/.test(protocol) && pathname + search + hash + username === '/';
};

/** As browsers write it: in lower case, without the port that is usual; or one of these words. */
const originOr = (...words: string[]) => {
  const rule = `must be ${words.join(' or ')} or an origin such as https://example.com`;
  return z
    .string(rule)
    .refine((text) => words.includes(text) || (URL.canParse(text) && isOrigin(text)), rule)
    .transform((text) => (words.includes(text) ? text : new URL(text).origin));
};

const hostRule = 'must be a host name without a port, such as reelroom.example.com';

/** As URLs have it: in lower case, international names in Punycode. */
const hostName = z
  .string(hostRule)
  .refine((text) => /^[^\s:/?#@[\]]+$/.test(text) && URL.canParse(`http://${text}`), hostRule)
  .transform((text) => new URL(`http://${text}`).hostname);

/** As the Standard Webhooks specification writes a secret. */
const isWebhookSecret = (secret: string) => {
  const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return bytes.length >= 24 && secret === `whsec_${bytes.toString('base64')}`;
};

/** A key has 1,024 bytes in S3, and the index puts much into one. */
const maxPathBytes = 128;

const onOffRule = 'must be on (true) or off (false)';
const bucketRule = 'must be 3 to 63 lower-case letters, digits, dots or hyphens, such as recordings';
const pathRule = 'must be empty or folders that each end in a slash, such as recordings/';

/**
 * What Reelroom is told from outside, whether by a Fastify application or by the
 * environment (config.ts), and the rules for it. What comes out of it may be put in again.
 */
export const optionsSchema = group({
  /**
   * Where LiveKit and Egress reach the application, for webhooks and the page that is
   * recorded; the plugin's prefix comes behind it. Where the application listens when absent.
   */
  appUrl: url(['http:', 'https:'], 'http://localhost:6080').optional(),
  /**
   * Where people find Reelroom, with its path: links begin with it. When absent, they begin as the request did
   * that asked for one.
   */
  publicUrl: url(['http:', 'https:'], 'https://reelroom.example.com').optional(),
  /** Who may do what: everyone everything. Nothing else is known yet. */
  access: z.literal('open', 'must be open: there is no sign-in yet'),
  livekit: group({
    url: url(['http:', 'https:', 'ws:', 'wss:'], 'ws://localhost:7880'),
    /** Where browsers connect; when absent the same, or where that is loopback its port of the page's own host. */
    publicUrl: url(['http:', 'https:', 'ws:', 'wss:'], 'wss://livekit.example.com').optional(),
    apiKey: text,
    apiSecret: text,
  }),
  s3: group({
    endpoint: url(['http:', 'https:'], 'http://localhost:9000'),
    /** The S3 server as Egress reaches it; the same when absent. */
    egressEndpoint: url(['http:', 'https:'], 'http://s3.internal:9000').optional(),
    /** Without keys the AWS SDK looks for some where it always does: its variables, `~/.aws`, roles. */
    accessKey: text.optional(),
    secretKey: text.optional(),
    /** What comes with keys that are good for a while. */
    sessionToken: text.optional(),
    region: text.default('us-east-1'),
    bucket: z.string(bucketRule).regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, bucketRule),
    /** Whether the bucket is in the path of URLs, or in the host name: `https://BUCKET.s3.example.com`. */
    forcePathStyle: z.boolean(onOffRule).default(true),
    /** Whether the bucket is made where it is missing when the app starts. */
    createBucket: z.boolean(onOffRule).default(false),
  })
    .refine(({ accessKey, secretKey }) => accessKey === undefined || secretKey !== undefined, {
      path: ['secretKey'],
      error: 'must be set when there is an access key: the two belong together',
    })
    .refine(({ accessKey, secretKey }) => secretKey === undefined || accessKey !== undefined, {
      path: ['accessKey'],
      error: 'must be set when there is a secret key: the two belong together',
    })
    .refine(({ accessKey, sessionToken }) => sessionToken === undefined || accessKey !== undefined, {
      path: ['sessionToken'],
      error: 'must come with the access key and the secret key that it belongs to',
    }),
  cors: group({
    /** Pages of which other origins may call us: `loopback` are those on this machine, `*` all; none by default. */
    origins: z.array(originOr('*', 'loopback'), 'must be a list of origins').default([]),
  }).prefault({}),
  /**
   * By which host names we answer, beside those of this machine, IP addresses and those of `appUrl` and
   * `publicUrl`; by any when absent, since the application around us may check them itself.
   */
  hosts: z.array(hostName, 'must be a list of host names').optional(),
  embed: group({
    /** Pages of which other origins may show `/embed` in a frame; `*` are all. */
    origins: z.array(originOr('*'), 'must be a list of origins').default([]),
  }).prefault({}),
  rooms: group({
    /** How long a room, and its recording, goes on after the last participant has left, in s. */
    emptySeconds: wholeNumber(1, 3_600, 20).default(20),
  }).prefault({}),
  /** The Redis that app processes share; there is but one process when absent. */
  redisUrl: url(['redis:', 'rediss:'], 'redis://localhost:6379').optional(),
  /** Where other systems hear of recordings, and what that is signed with. */
  notifications: group({
    urls: z.array(url(['http:', 'https:'], 'https://example.com/hook'), 'must be a list of URLs').default([]),
    secret: z
      .string('must be a text')
      .refine(isWebhookSecret, {
        error: 'must be whsec_ and 24 bytes or more in Base64, such as whsec_$(openssl rand -base64 32)',
      })
      .optional(),
  })
    .refine(({ urls, secret }) => urls.length === 0 || secret !== undefined, {
      path: ['secret'],
      error: 'must be set when there are URLs: what is sent there is signed with it',
    })
    .prefault({}),
  playback: group({
    /** Whether video goes through us, or players are sent to S3 itself. */
    mode: z.enum(['proxy', 'redirect'], 'must be proxy or redirect').default('proxy'),
    /** The S3 server as browsers reach it. */
    publicEndpoint: url(['http:', 'https:'], 'https://s3.example.com').optional(),
    /** After how long a player is dropped that takes nothing, in s. */
    stalledSeconds: wholeNumber(1, 86_400, 600).default(600),
  })
    .refine(({ mode, publicEndpoint }) => mode === 'proxy' || publicEndpoint !== undefined, {
      path: ['publicEndpoint'],
      error: 'must be set when players are sent to S3, such as https://s3.example.com',
    })
    .prefault({}),
  recordings: group({
    /** Key prefix of everything in the bucket that is ours: empty, or ends in a slash. */
    path: z
      .string(pathRule)
      .regex(/^(?:(?!\.{1,2}\/)[^/\\{}\p{Cc}]+\/)*$/u, pathRule)
      .refine((path) => Buffer.byteLength(path) <= maxPathBytes, {
        error: `must be at most ${maxPathBytes} bytes of UTF-8, such as recordings/`,
      })
      .default('recordings/'),
    /** Most bytes in the answer to an open-ended range; no cap when absent. */
    portionSize: wholeNumber(1, Number.MAX_SAFE_INTEGER, 5_242_880).optional(),
    /** Whether a recording is also stored piece by piece, so that it survives its recorder. */
    crashSafe: z.boolean(onOffRule).default(true),
    /** Where Egress leaves what S3 did not take, if its disk is ours, too. */
    backupFolder: text.optional(),
    /** How long a recording may be; no limit when absent. */
    maxMinutes: z
      .number('must be a number of minutes up to 10000, such as 240')
      .positive('must be more than no minutes, such as 240')
      .max(10_000, 'must be a number of minutes up to 10000, such as 240')
      .optional(),
    /** After how long alone in a recorded room somebody is asked whether it is to go on, in minutes; never when 0. */
    aloneMinutes: z
      .number('must be a number of minutes up to 10000, such as 10, or off')
      .min(0, 'must be a number of minutes up to 10000, such as 10, or off')
      .max(10_000, 'must be a number of minutes up to 10000, such as 10, or off')
      .default(10),
    /** How many there may be at once; no limit when absent. */
    maxConcurrent: wholeNumber(1, 10_000, 4).optional(),
    /** After how many days recordings are deleted that are not kept; never when absent. */
    retentionDays: wholeNumber(1, 36_500, 90).optional(),
  }).prefault({}),
});

/** What the application is told from outside, complete. */
export type Options = z.output<typeof optionsSchema>;

/** Every mistake in the configuration, each a line `NAME must be …, such as … (it is "…")`. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly problems: string[];

  constructor(problems: string[]) {
    super(
      `The configuration has ${problems.length} mistake(s):\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** Where in the configuration a value is. */
export type OptionPath = readonly PropertyKey[];

const valueAt = (input: unknown, path: OptionPath): unknown =>
  path.reduce<unknown>(
    (value, key) => (value instanceof Object ? Reflect.get(value, key) : undefined),
    input,
  );

/** Values that are never repeated in a message. */
const isSecret = (path: OptionPath) => /secret|key/i.test(path.map(String).join('.'));

/**
 * `input` as `schema` makes it.
 * @param nameOf how whoever gave the value at a place calls it
 * @throws {ConfigError} with all mistakes at once
 */
export function parseConfig<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  nameOf: (path: OptionPath) => string,
): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new ConfigError(
    result.error.issues.flatMap((issue) => {
      if (issue.code === 'unrecognized_keys')
        return issue.keys.map((key) => `${nameOf([...issue.path, key])} is not an option`);
      const value = valueAt(input, issue.path);
      const shown = isSecret(issue.path) || value === undefined ? '' : ` (it is ${JSON.stringify(value)})`;
      return `${nameOf(issue.path)} ${issue.message}${shown}`;
    }),
  );
}
