import { z } from 'zod';

const url = (protocols: string[], example: string) =>
  z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
      error: `must be a URL such as ${example}`,
    })
    .transform((text) => text.replace(/\/+$/, ''));

const wholeNumber = (min: number, max: number, example: string) =>
  z
    .string()
    .refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `must be a whole number from ${min} to ${max}, such as ${example}`,
    })
    .transform(Number);

/** As the Standard Webhooks specification writes a secret. */
const isWebhookSecret = (secret: string) => {
  const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return bytes.length >= 24 && secret === `whsec_${bytes.toString('base64')}`;
};

/** A key has 1,024 bytes in S3, and the index puts much into one. */
const maxPathBytes = 128;

const text = z.string().min(1, 'must not be empty');

const environmentSchema = z
  .object({
    SERVER_PORT: wholeNumber(0, 65_535, '6080').default(6080),
    HOST: text.default('127.0.0.1'),
    APP_URL: url(['http:', 'https:'], 'http://localhost:6080').optional(),
    LOG_LEVEL: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
        error: 'must be one of fatal, error, warn, info, debug, trace, silent',
      })
      .default('info'),

    LIVEKIT_URL: url(['http:', 'https:', 'ws:', 'wss:'], 'ws://localhost:7880').default(
      'http://localhost:7880',
    ),
    LIVEKIT_API_KEY: text.default('devkey'),
    LIVEKIT_API_SECRET: text.default('development-secret-not-for-production'),

    S3_ENDPOINT: url(['http:', 'https:'], 'http://localhost:9000').default('http://localhost:9000'),
    S3_PUBLIC_ENDPOINT: url(['http:', 'https:'], 'https://s3.example.com').optional(),
    S3_ACCESS_KEY: text.default('minioadmin'),
    S3_SECRET_KEY: text.default('minioadmin'),
    AWS_REGION: text.default('us-east-1'),
    S3_BUCKET: z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
        'must be 3 to 63 lower-case letters, digits, dots or hyphens, such as recordings',
      )
      .default('openvidu'),

    EMPTY_ROOM_SECONDS: wholeNumber(1, 3_600, '20').default(20),

    REDIS_URL: url(['redis:', 'rediss:'], 'redis://localhost:6379').optional(),

    WEBHOOK_URLS: z
      .string()
      .transform((list) => list.split(',').map((one) => one.trim()))
      .pipe(z.array(url(['http:', 'https:'], 'https://example.com/hook,https://example.org/hook')))
      .default([]),
    WEBHOOK_SECRET: z
      .string()
      .refine(isWebhookSecret, {
        error: 'must be whsec_ and 24 bytes or more in Base64, such as whsec_$(openssl rand -base64 32)',
      })
      .optional(),

    RECORDINGS_PATH: z
      .string()
      .regex(
        /^(?:(?!\.{1,2}\/)[^/\\{}\p{Cc}]+\/)*$/u,
        'must be empty or folders that each end in a slash, such as recordings/',
      )
      .refine((path) => Buffer.byteLength(path) <= maxPathBytes, {
        error: `must be at most ${maxPathBytes} bytes of UTF-8, such as recordings/`,
      })
      .default('recordings/'),
    RECORDING_FILE_PORTION_SIZE: wholeNumber(1, Number.MAX_SAFE_INTEGER, '5242880').optional(),
    PLAYBACK: z.enum(['proxy', 'redirect'], { error: 'must be proxy or redirect' }).default('proxy'),
    STALLED_VIEWER_SECONDS: wholeNumber(10, 86_400, '600').default(600),
    CRASH_SAFE: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
    EGRESS_BACKUP_FOLDER: text.optional(),
    MAX_RECORDING_MINUTES: wholeNumber(1, 10_000, '240').optional(),
    MAX_CONCURRENT_RECORDINGS: wholeNumber(1, 10_000, '4').optional(),
    RETENTION_DAYS: wholeNumber(1, 36_500, '90').optional(),
  })
  .refine(({ WEBHOOK_URLS, WEBHOOK_SECRET }) => WEBHOOK_URLS.length === 0 || WEBHOOK_SECRET !== undefined, {
    path: ['WEBHOOK_SECRET'],
    error: 'must be set when WEBHOOK_URLS is: what is sent there is signed with it',
  })
  .refine(({ PLAYBACK, S3_PUBLIC_ENDPOINT }) => PLAYBACK === 'proxy' || S3_PUBLIC_ENDPOINT !== undefined, {
    path: ['S3_PUBLIC_ENDPOINT'],
    error: 'must be set when PLAYBACK is redirect: players are sent there, such as https://s3.example.com',
  });

/** What the application is told from outside; {@link loadConfig} makes it. */
export type Config = ReturnType<typeof fromEnvironment>;

const fromEnvironment = (env: z.infer<typeof environmentSchema>) => ({
  port: env.SERVER_PORT,
  host: env.HOST,
  logLevel: env.LOG_LEVEL,
  /** Where LiveKit and Egress reach the app: webhooks and the recorder's layout page. */
  appUrl: env.APP_URL ?? `http://localhost:${env.SERVER_PORT}`,
  livekit: { url: env.LIVEKIT_URL, apiKey: env.LIVEKIT_API_KEY, apiSecret: env.LIVEKIT_API_SECRET },
  s3: {
    endpoint: env.S3_ENDPOINT,
    /** Where browsers reach S3, if they do. */
    publicEndpoint: env.S3_PUBLIC_ENDPOINT,
    accessKey: env.S3_ACCESS_KEY,
    secretKey: env.S3_SECRET_KEY,
    region: env.AWS_REGION,
    bucket: env.S3_BUCKET,
  },
  rooms: {
    /** How long a room, and its recording, goes on after the last participant has left, in s. */
    emptySeconds: env.EMPTY_ROOM_SECONDS,
  },
  /** The Redis that app processes share; there is but one process when absent. */
  redisUrl: env.REDIS_URL,
  /** Where other systems hear of recordings, and what that is signed with. */
  notifications: { urls: env.WEBHOOK_URLS, secret: env.WEBHOOK_SECRET },
  recordings: {
    /** Key prefix of everything in the bucket that is ours: empty, or ends in a slash. */
    path: env.RECORDINGS_PATH,
    /** Most bytes in the answer to an open-ended range; no cap when absent. */
    portionSize: env.RECORDING_FILE_PORTION_SIZE,
    /** Whether players are sent to S3 itself. */
    isRedirected: env.PLAYBACK === 'redirect',
    /** After how long a player is dropped that takes nothing, in ms. */
    stalledMs: env.STALLED_VIEWER_SECONDS * 1_000,
    /** Whether a recording is also stored piece by piece, so that it survives its recorder. */
    crashSafe: env.CRASH_SAFE === 'on',
    /** Where Egress leaves what S3 did not take, if its disk is ours, too. */
    backupFolder: env.EGRESS_BACKUP_FOLDER,
    /** How long a recording may be, in ms; no limit when absent. */
    maxMs: env.MAX_RECORDING_MINUTES === undefined ? undefined : env.MAX_RECORDING_MINUTES * 60_000,
    /** How many there may be at once; no limit when absent. */
    maxConcurrent: env.MAX_CONCURRENT_RECORDINGS,
    /** After how many days recordings are deleted that are not kept; never when absent. */
    retentionDays: env.RETENTION_DAYS,
  },
});

/** Every mistake in the environment, each a line `VARIABLE must be …, such as … (it is "…")`. */
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

/** Values that are never repeated in a message. */
const isSecret = (variable: string) => /SECRET|KEY/.test(variable);

/**
 * The configuration that environment variables give; an empty one counts as not set
 * where it cannot mean anything (`RECORDINGS_PATH` may be empty: the bucket's root).
 * @throws {ConfigError} with all mistakes at once
 */
export function loadConfig(env: Record<string, string | undefined>): Config {
  const set = Object.entries(env).filter(([name, value]) => value !== '' || name === 'RECORDINGS_PATH');
  const result = environmentSchema.safeParse(Object.fromEntries(set));
  if (result.success) return fromEnvironment(result.data);
  throw new ConfigError(
    result.error.issues.map(({ path, message }) => {
      const variable = String(path[0]);
      return `${variable} ${message}${isSecret(variable) ? '' : ` (it is ${JSON.stringify(env[variable])})`}`;
    }),
  );
}
