import { z } from 'zod';
import { optionsSchema, parseConfig, text, wholeNumber, type OptionPath } from './options.ts';

/** What the process is told, and what the plugin is told in it. */
const configSchema = optionsSchema.extend({
  port: wholeNumber(0, 65_535, 6_080).default(6_080),
  host: text.default('127.0.0.1'),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info'),
});

/** A variable's name, and how its text is read; what cannot be read is left for the rules to refuse. */
type Variable = readonly [name: string, read?: (text: string) => unknown];

/** The variable of every option: a group has its options' variables. */
type Variables<Config> = {
  readonly [Key in keyof Required<Config>]: Config[Key] extends Record<string, unknown>
    ? Variables<Config[Key]>
    : Variable;
};

const number = (text: string): unknown => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : text);
const onOff = (text: string): unknown => ({ on: true, off: false })[text] ?? text;
const list = (text: string): unknown => text.split(',').map((one) => one.trim());

const variables: Variables<z.output<typeof configSchema>> = {
  port: ['SERVER_PORT', number],
  host: ['HOST'],
  logLevel: ['LOG_LEVEL'],
  appUrl: ['APP_URL'],
  access: ['ACCESS'],
  livekit: { url: ['LIVEKIT_URL'], apiKey: ['LIVEKIT_API_KEY'], apiSecret: ['LIVEKIT_API_SECRET'] },
  s3: {
    endpoint: ['S3_ENDPOINT'],
    egressEndpoint: ['S3_EGRESS_ENDPOINT'],
    accessKey: ['S3_ACCESS_KEY'],
    secretKey: ['S3_SECRET_KEY'],
    sessionToken: ['S3_SESSION_TOKEN'],
    region: ['AWS_REGION'],
    bucket: ['S3_BUCKET'],
    forcePathStyle: ['S3_FORCE_PATH_STYLE', onOff],
    createBucket: ['S3_CREATE_BUCKET', onOff],
  },
  cors: { origins: ['CORS_ORIGINS', list] },
  embed: { origins: ['EMBED_ORIGINS', list] },
  rooms: { emptySeconds: ['EMPTY_ROOM_SECONDS', number] },
  redisUrl: ['REDIS_URL'],
  notifications: { urls: ['WEBHOOK_URLS', list], secret: ['WEBHOOK_SECRET'] },
  playback: {
    mode: ['PLAYBACK'],
    publicEndpoint: ['S3_PUBLIC_ENDPOINT'],
    stalledSeconds: ['STALLED_VIEWER_SECONDS', number],
  },
  recordings: {
    path: ['RECORDINGS_PATH'],
    portionSize: ['RECORDING_FILE_PORTION_SIZE', number],
    crashSafe: ['CRASH_SAFE', onOff],
    backupFolder: ['EGRESS_BACKUP_FOLDER'],
    maxMinutes: ['MAX_RECORDING_MINUTES', number],
    aloneMinutes: ['ALONE_MINUTES', (text) => (text === 'off' ? 0 : number(text))],
    maxConcurrent: ['MAX_CONCURRENT_RECORDINGS', number],
    retentionDays: ['RETENTION_DAYS', number],
  },
};

/** What a plugin has to be told, and a process need not be: the seed's, for one's own machine. */
const defaults = {
  ACCESS: 'open',
  LIVEKIT_URL: 'http://localhost:7880',
  LIVEKIT_API_KEY: 'devkey',
  LIVEKIT_API_SECRET: 'development-secret-not-for-production',
  S3_ENDPOINT: 'http://localhost:9000',
  S3_BUCKET: 'openvidu',
};

/** The keys of that S3: they are of no use to one that is named. */
export const s3Keys = { S3_ACCESS_KEY: 'minioadmin', S3_SECRET_KEY: 'minioadmin' };

type Tree = Variable | { readonly [key: string]: Tree };

const isVariable = (tree: Tree): tree is Variable => Array.isArray(tree);

/** What the environment gives, in the shape of the options. */
function valuesIn(env: Record<string, string | undefined>, tree: Tree): unknown {
  if (!isVariable(tree))
    return Object.fromEntries(Object.entries(tree).map(([key, below]) => [key, valuesIn(env, below)]));
  const [name, read = (text: string) => text] = tree;
  const given = env[name];
  return given === undefined ? undefined : read(given);
}

/** The variable that a value comes from. */
function variableAt(path: OptionPath): string {
  const found = path.reduce<Tree>(
    (tree, key) => (isVariable(tree) ? tree : (tree[String(key)] ?? tree)),
    variables,
  );
  return isVariable(found) ? found[0] : path.join('.');
}

/**
 * The configuration that environment variables give; an empty one counts as not set
 * where it cannot mean anything (`RECORDINGS_PATH` may be empty: the bucket's root).
 * @throws {ConfigError} with all mistakes at once, each with its variable
 */
export function loadConfig(env: Record<string, string | undefined>) {
  const set = Object.entries(env).filter(([name, value]) => value !== '' || name === 'RECORDINGS_PATH');
  const given = Object.fromEntries(set);
  const keys = given.S3_ENDPOINT === undefined ? s3Keys : {};
  const values = valuesIn({ ...defaults, ...keys, ...given }, variables);
  const config = parseConfig(configSchema, values, variableAt);
  return { ...config, appUrl: config.appUrl ?? `http://localhost:${config.port}` };
}

/** What `main.ts` is told: the plugin's options, and the process's own. */
export type Config = ReturnType<typeof loadConfig>;
