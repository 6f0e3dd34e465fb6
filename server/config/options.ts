import { z } from 'zod';
import { isLoopbackName } from './loopback.ts';

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

/** A group of options. */
const group = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'invalid_type' ? `must be an object of ${Object.keys(shape).join(', ')}` : undefined,
  });

const isOrigin = (text: string) => {
  const { protocol, pathname, search, hash, username } = new URL(text);
  return /^https?:$/.test(protocol) && pathname + search + hash + username === '/';
};

/** An origin as browsers write it (lower case, without the default port), or one of `words`. */
const originOr = (...words: string[]) => {
  const rule = `must be ${words.join(' or ')} or an origin such as https://example.com`;
  return z
    .string(rule)
    .refine((text) => words.includes(text) || (URL.canParse(text) && isOrigin(text)), rule)
    .transform((text) => (words.includes(text) ? text : new URL(text).origin));
};

const hostRule = 'must be a host name without a port, such as reelroom.example.com';

/** A host name as in URLs: in lower case, international names in Punycode. */
const hostName = z
  .string(hostRule)
  .refine((text) => /^[^\s:/?#@[\]]+$/.test(text) && URL.canParse(`http://${text}`), hostRule)
  .transform((text) => new URL(`http://${text}`).hostname);

/** Whether a secret has the form of the Standard Webhooks specification. */
const isWebhookSecret = (secret: string) => {
  const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return bytes.length >= 24 && secret === `whsec_${bytes.toString('base64')}`;
};

/** S3's keys have at most 1,024 bytes, of which index entries need most. */
const maxPathBytes = 128;

/** A shorter secret can be guessed by trying. */
const minSecretBytes = 32;

const passwordHashRule = 'must be a hash by argon2id: npm run hash-password makes one';
const passwordHash = /^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{22,}$/;

const issuerRule =
  'must be a URL such as https://accounts.example.com, with TLS unless it is on this machine';
const isIssuer = ({ protocol, hostname }: URL) =>
  protocol === 'https:' || (protocol === 'http:' && isLoopbackName(hostname));

const memberRule = 'must be NAME:HASH, the hash by argon2id: npm run hash-password makes one';
const isMember = (text: string) => {
  const [, name, hash = ''] = /^([^\s:]+):(.+)$/.exec(text) ?? [];
  return name !== undefined && name !== 'admin' && passwordHash.test(hash);
};

const onOffRule = 'must be on (true) or off (false)';
const bucketRule = 'must be 3 to 63 lower-case letters, digits, dots or hyphens, such as recordings';
const pathRule = 'must be empty or folders that each end in a slash, such as recordings/';

/**
 * Reelroom's options and their validation, whether given by a Fastify application or by the environment
 * (environment.ts). Idempotent: its output is valid input.
 */
export const optionsSchema = group({
  /**
   * The application's URL for LiveKit and Egress (webhooks, recorder page); the plugin's prefix is appended.
   * Where the application listens when absent.
   */
  appUrl: url(['http:', 'https:'], 'http://localhost:6080').optional(),
  /**
   * Where people find Reelroom, with its path: links begin with it. When absent, they begin as the request did
   * that asked for one.
   */
  publicUrl: url(['http:', 'https:'], 'https://reelroom.example.com').optional(),
  /** `open` allows everyone everything; `protected` needs credentials. */
  access: z.enum(['open', 'protected'], 'must be open or protected'),
  signIn: group({
    /** The hash of the password that the admin signs in with, by argon2id. */
    adminPasswordHash: z.string(passwordHashRule).regex(passwordHash, passwordHashRule).optional(),
    /** Members who sign in by password, each `NAME:HASH`. */
    memberPasswordHashes: z
      .array(z.string(memberRule).refine(isMember, memberRule), 'must be a list of NAME:HASH')
      .default([]),
    /**
     * What sessions and links are signed with, newest first: an old one stays behind a new one until what it
     * signed has expired.
     */
    sessionSecrets: z
      .array(
        z.string('must be a text').refine((secret) => Buffer.byteLength(secret) >= minSecretBytes, {
          error: `must have at least ${minSecretBytes} bytes: npm run make-secret makes one`,
        }),
        'must be a list of secrets',
      )
      .default([]),
  }).prefault({}),
  /** The provider of OpenID Connect by which people sign in; none when absent. */
  openid: group({
    issuer: z
      .string(issuerRule)
      .refine((text) => URL.canParse(text) && isIssuer(new URL(text)), { error: issuerRule })
      .optional(),
    clientId: text.optional(),
    /** Absent for a public client. */
    clientSecret: text.optional(),
    /** Domains of verified e-mail addresses that may sign in; `*` are all. */
    allowedDomains: z.array(text.transform((domain) => domain.toLowerCase())).default([]),
    /** Groups whose people are members; when there are none, all that may sign in are. */
    memberGroups: z.array(text).default([]),
    /** Groups whose people are admins. */
    adminGroups: z.array(text).default([]),
    /** The claim with the groups. */
    groupsClaim: text.default('groups'),
  })
    .refine(({ issuer, clientId }) => issuer === undefined || clientId !== undefined, {
      path: ['clientId'],
      error: 'must be set when there is an issuer: the provider knows us by it',
    })
    .refine(
      ({ issuer, allowedDomains, memberGroups, adminGroups }) =>
        issuer === undefined || allowedDomains.length + memberGroups.length + adminGroups.length > 0,
      {
        path: ['allowedDomains'],
        error:
          'must be set when there is an issuer, such as example.com, or groups: else nobody could sign in',
      },
    )
    .prefault({}),
  livekit: group({
    url: url(['http:', 'https:', 'ws:', 'wss:'], 'ws://localhost:7880'),
    /** Where browsers connect; when absent the same, or where that is loopback its port of the page's own host. */
    publicUrl: url(['http:', 'https:', 'ws:', 'wss:'], 'wss://livekit.example.com').optional(),
    apiKey: text,
    apiSecret: text,
  }),
  s3: group({
    endpoint: url(['http:', 'https:'], 'http://localhost:9000'),
    /** The endpoint for Egress; `endpoint` when absent. */
    egressEndpoint: url(['http:', 'https:'], 'http://s3.internal:9000').optional(),
    /** Without keys the AWS SDK's default provider chain applies: its variables, `~/.aws`, roles. */
    accessKey: text.optional(),
    secretKey: text.optional(),
    /** The session token of temporary keys. */
    sessionToken: text.optional(),
    /**
     * Who knows where Egress uploads to: each `request`, with a key in it, or the Egress `server`, by its own
     * configuration.
     */
    egressUpload: z.enum(['request', 'server'], 'must be request or server').default('request'),
    /** The key that Egress uploads with, which need not be able to do more; our own when absent. */
    egressAccessKey: text.optional(),
    egressSecretKey: text.optional(),
    egressSessionToken: text.optional(),
    region: text.default('us-east-1'),
    bucket: z.string(bucketRule).regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, bucketRule),
    /** Whether the bucket is in the path of URLs, or in the host name: `https://BUCKET.s3.example.com`. */
    forcePathStyle: z.boolean(onOffRule).default(true),
    /** Whether a missing bucket is created when the app starts. */
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
    })
    .refine((s3) => s3.egressAccessKey === undefined || s3.egressSecretKey !== undefined, {
      path: ['egressSecretKey'],
      error: 'must be set when there is an access key for Egress: the two belong together',
    })
    .refine(
      (s3) => s3.egressAccessKey !== undefined || (s3.egressSecretKey ?? s3.egressSessionToken) === undefined,
      {
        path: ['egressAccessKey'],
        error: 'must be set when there is a secret key or a session token for Egress: they belong together',
      },
    ),
  cors: group({
    /**
     * Other origins whose pages may call us: `loopback` are those on this machine, `*` all; none by default.
     */
    origins: z.array(originOr('*', 'loopback'), 'must be a list of origins').default([]),
  }).prefault({}),
  /**
   * By which host names we answer, beside those of this machine, IP addresses and those of `appUrl` and
   * `publicUrl`; by any when absent, since the application around us may check them itself.
   */
  hosts: z.array(hostName, 'must be a list of host names').optional(),
  embed: group({
    /** Other origins that may frame `/embed`; `*` are all. */
    origins: z.array(originOr('*'), 'must be a list of origins').default([]),
  }).prefault({}),
  rooms: group({
    /** How long a room, and its recording, continues after the last participant has left, in s. */
    emptySeconds: wholeNumber(1, 3_600, 20).default(20),
  }).prefault({}),
  /** The Redis that app processes share; only one process may run when absent. */
  redisUrl: url(['redis:', 'rediss:'], 'redis://localhost:6379').optional(),
  /** The receivers of outgoing webhooks, and the secret that signs them. */
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
    /** Whether video is proxied, or players are redirected to S3. */
    mode: z.enum(['proxy', 'redirect'], 'must be proxy or redirect').default('proxy'),
    /** The S3 endpoint for browsers. */
    publicEndpoint: url(['http:', 'https:'], 'https://s3.example.com').optional(),
    /** After how long a stalled player is disconnected, in s. */
    stalledSeconds: wholeNumber(1, 86_400, 600).default(600),
  })
    .refine(({ mode, publicEndpoint }) => mode === 'proxy' || publicEndpoint !== undefined, {
      path: ['publicEndpoint'],
      error: 'must be set when players are sent to S3, such as https://s3.example.com',
    })
    .prefault({}),
  recordings: group({
    /** Key prefix of everything that is ours in the bucket: empty, or ends in a slash. */
    path: z
      .string(pathRule)
      .regex(/^(?:(?!\.{1,2}\/)[^/\\{}\p{Cc}]+\/)*$/u, pathRule)
      .refine((path) => Buffer.byteLength(path) <= maxPathBytes, {
        error: `must be at most ${maxPathBytes} bytes of UTF-8, such as recordings/`,
      })
      .default('recordings/'),
    /** The most bytes sent for an open-ended range; no cap when absent. */
    portionSize: wholeNumber(1, Number.MAX_SAFE_INTEGER, 5_242_880).optional(),
    /** Whether a recording is also stored in segments, so that it survives its recorder. */
    crashSafe: z.boolean(onOffRule).default(true),
    /** Egress's `backup_storage` folder, if we can access it. */
    backupFolder: text.optional(),
    /** The maximum length of a recording; no limit when absent. */
    maxMinutes: z
      .number('must be a number of minutes up to 10000, such as 240')
      .positive('must be more than no minutes, such as 240')
      .max(10_000, 'must be a number of minutes up to 10000, such as 240')
      .optional(),
    /**
     * How long somebody must be alone in a recorded room before being asked whether to go on, in minutes;
     * never when 0.
     */
    aloneMinutes: z
      .number('must be a number of minutes up to 10000, such as 10, or off')
      .min(0, 'must be a number of minutes up to 10000, such as 10, or off')
      .max(10_000, 'must be a number of minutes up to 10000, such as 10, or off')
      .default(10),
    /** The most recordings at once; no limit when absent. */
    maxConcurrent: wholeNumber(1, 10_000, 4).optional(),
    /**
     * How participants consent to being recorded: `tell` tells them, `ask` leaves out who does not agree, `require`
     * also lets nobody join who does not.
     */
    consent: z.enum(['tell', 'ask', 'require'], 'must be tell, ask or require').default('tell'),
    /** Retention: the age in days at which recordings without `keep` are deleted; never when absent. */
    retentionDays: wholeNumber(1, 36_500, 90).optional(),
    /** For how many days deleted recordings stay in the trash; they are deleted at once when 0. */
    trashDays: wholeNumber(0, 3_650, 7).default(7),
  }).prefault({}),
});

/** The validated options. */
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

/** The path of a value in the configuration. */
export type OptionPath = readonly PropertyKey[];

const valueAt = (input: unknown, path: OptionPath): unknown =>
  path.reduce<unknown>(
    (value, key) => (value instanceof Object ? Reflect.get(value, key) : undefined),
    input,
  );

/** Whether a value must not be repeated in messages. */
const isSecret = (path: OptionPath) => /secret|key|password/i.test(path.map(String).join('.'));

/**
 * Parses `input` by `schema`.
 * @param nameOf the name of an option, or variable, in messages
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
