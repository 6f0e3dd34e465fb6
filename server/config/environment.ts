import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';
import { isAnyAddress } from './loopback.ts';
import { ConfigError, optionsSchema, parseConfig, text, wholeNumber, type OptionPath } from './options.ts';
import { exposure, knownSecretProblems, protectionProblems } from './protection.ts';

const proxyRule = 'must be an IP address, a range such as 10.0.0.0/8, or loopback, linklocal or uniquelocal';

/** An address, or a range of them in CIDR notation (RFC 4632). */
function isRange(range: string): boolean {
  const [address = '', bits = '0', ...more] = range.split('/');
  const longest = { 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= longest && more.length === 0;
}

const proxy = z
  .string(proxyRule)
  .refine((range) => ['loopback', 'linklocal', 'uniquelocal'].includes(range) || isRange(range), proxyRule);

const basePathRule = 'must be a path of letters, digits, dots and hyphens, such as /video';

/** The process's configuration, which includes the plugin's options. */
const configSchema = optionsSchema.extend({
  port: wholeNumber(0, 65_535, 6_080).default(6_080),
  host: text.default('127.0.0.1'),
  /** The path that the app is below, without a slash at its end. */
  basePath: z
    .string(basePathRule)
    .regex(/^\/(?:(?!\.{1,2}(?:\/|$))[\w.~-]+(?:\/|$))*$/, basePathRule)
    .transform((path) => path.replace(/\/$/, ''))
    .default(''),
  /** The proxies whose X-Forwarded headers are trusted. */
  trustedProxies: z.array(proxy).default(['loopback']),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info'),
});

/** A variable's name and parser; unparsable text is passed on to validation. */
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
  basePath: ['BASE_PATH'],
  trustedProxies: ['TRUSTED_PROXIES', list],
  logLevel: ['LOG_LEVEL'],
  appUrl: ['APP_URL'],
  publicUrl: ['PUBLIC_URL'],
  access: ['ACCESS'],
  signIn: {
    adminPasswordHash: ['ADMIN_PASSWORD_HASH'],
    // A hash has commas.
    memberPasswordHashes: ['MEMBER_PASSWORD_HASHES', (text) => text.trim().split(/\s+/)],
    sessionSecrets: ['SESSION_SECRETS', list],
  },
  openid: {
    issuer: ['OIDC_ISSUER'],
    clientId: ['OIDC_CLIENT_ID'],
    clientSecret: ['OIDC_CLIENT_SECRET'],
    allowedDomains: ['OIDC_ALLOWED_DOMAINS', list],
    memberGroups: ['OIDC_MEMBER_GROUPS', list],
    adminGroups: ['OIDC_ADMIN_GROUPS', list],
    groupsClaim: ['OIDC_GROUPS_CLAIM'],
  },
  livekit: {
    url: ['LIVEKIT_URL'],
    publicUrl: ['LIVEKIT_PUBLIC_URL'],
    apiKey: ['LIVEKIT_API_KEY'],
    apiSecret: ['LIVEKIT_API_SECRET'],
  },
  s3: {
    endpoint: ['S3_ENDPOINT'],
    egressEndpoint: ['S3_EGRESS_ENDPOINT'],
    accessKey: ['S3_ACCESS_KEY'],
    secretKey: ['S3_SECRET_KEY'],
    sessionToken: ['S3_SESSION_TOKEN'],
    egressUpload: ['EGRESS_UPLOAD'],
    egressAccessKey: ['S3_EGRESS_ACCESS_KEY'],
    egressSecretKey: ['S3_EGRESS_SECRET_KEY'],
    egressSessionToken: ['S3_EGRESS_SESSION_TOKEN'],
    region: ['AWS_REGION'],
    bucket: ['S3_BUCKET'],
    forcePathStyle: ['S3_FORCE_PATH_STYLE', onOff],
    createBucket: ['S3_CREATE_BUCKET', onOff],
  },
  cors: { origins: ['CORS_ORIGINS', list] },
  hosts: ['ALLOWED_HOSTS', list],
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
    consent: ['RECORDING_CONSENT'],
    retentionDays: ['RETENTION_DAYS', number],
    trashDays: ['TRASH_DAYS', number],
  },
};

type Tree = Variable | { readonly [key: string]: Tree };

const isVariable = (tree: Tree): tree is Variable => Array.isArray(tree);

const namesIn = (tree: Tree): string[] =>
  isVariable(tree) ? [tree[0]] : Object.values(tree).flatMap(namesIn);

/** The names of all variables that the app reads. */
export const variableNames = namesIn(variables);

/** Defaults of the process for options that a plugin requires: the seed's, for a local machine. */
const defaults = {
  LIVEKIT_URL: 'http://localhost:7880',
  LIVEKIT_API_KEY: 'devkey',
  LIVEKIT_API_SECRET: 'development-secret-not-for-production',
  S3_ENDPOINT: 'http://localhost:9000',
  S3_BUCKET: 'openvidu',
};

/** The keys of that S3, used only with its default endpoint. */
export const s3Keys = { S3_ACCESS_KEY: 'minioadmin', S3_SECRET_KEY: 'minioadmin' };

/** The environment's values in the shape of the options. */
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

/** Where the app is unless BASE_PATH says otherwise: at the path of PUBLIC_URL, if it has one. */
const pathOf = (publicUrl: string | undefined): Record<string, string> =>
  publicUrl !== undefined && URL.canParse(publicUrl) ? { BASE_PATH: new URL(publicUrl).pathname } : {};

/** The parsed options, or the problems with them. */
function parsed(values: unknown) {
  try {
    return { config: parseConfig(configSchema, values, variableAt), problems: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { config: undefined, problems: error.problems };
    throw error;
  }
}

/**
 * The configuration that environment variables give; an empty one counts as not set
 * where it cannot mean anything (`RECORDINGS_PATH` may be empty: the bucket's root). On loopback pages of
 * this machine may call us; where others reach us nothing but what is named, and secrets are one's own.
 * @throws {ConfigError} with all mistakes at once, each with its variable
 */
export function loadConfig(env: Record<string, string | undefined>) {
  const set = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || (value === '' && name !== 'RECORDINGS_PATH') ? [] : [[name, value]],
    ),
  );
  const keys = set.S3_ENDPOINT === undefined ? s3Keys : {};
  const exposed = exposure(set);
  const isExposed = exposed !== undefined;
  const all = {
    ...defaults,
    ...keys,
    ACCESS: isExposed ? 'protected' : 'open',
    ...pathOf(set.PUBLIC_URL),
    ...set,
  };
  const values = valuesIn(all, variables);
  const { config, problems } = parsed(values);
  const reached = exposed && `while other machines reach the app (${exposed})`;
  const lacking = [
    ...protectionProblems(values, reached && `${reached} and ACCESS is not open`),
    // Open access is one's own choice, secrets that everyone knows are nobody's.
    ...(reached && all.ACCESS === 'open' ? knownSecretProblems(values, reached) : []),
  ].map(({ path, message }) => `${variableAt(path)} ${message}`);
  if (!config || lacking.length > 0) throw new ConfigError([...problems, ...lacking]);
  return {
    ...config,
    appUrl: config.appUrl ?? `http://${localName(config.host)}:${config.port}`,
    /** Whether other machines reach the app, by itself or through a proxy. */
    isExposed,
    cors: isExposed || set.CORS_ORIGINS !== undefined ? config.cors : { origins: ['loopback'] },
    // In our own process no host application checks them.
    hosts: config.hosts ?? [],
  };
}

/** By which name this machine reaches what listens at `host`, as URLs have it. */
function localName(host: string): string {
  if (host === '127.0.0.1' || isAnyAddress(host)) return 'localhost';
  return isIPv6(host) ? `[${host}]` : host;
}

/** The configuration of `main.ts`: the plugin's options, and the process's own. */
export type Config = ReturnType<typeof loadConfig>;

/** The plugin's options in the process's configuration. */
export const pluginOptions = ({
  port: _port,
  host: _host,
  basePath: _basePath,
  isExposed: _isExposed,
  logLevel: _logLevel,
  trustedProxies: _trustedProxies,
  ...options
}: Config) => options;
