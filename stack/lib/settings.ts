import { createHash } from 'node:crypto';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, loadConfig, s3Keys } from '../../server/config/environment.ts';
import { ConfigError } from '../../server/config/options.ts';
import { exposure } from '../../server/config/protection.ts';
import { ownSecrets } from './own-secrets.ts';

/** The checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** An environment as the launcher reads it and hands it on. */
export type Environment = Record<string, string | undefined>;

/** The launcher's settings, and what derives from them. */
export interface Settings {
  /** Everything that survives a restart, logs, and process ids. */
  data: string;
  /** Sockets and temporary files: a short path, since a socket's has at most 107 bytes. */
  runtime: string;
  /** The app's own configuration, with which the parts must agree. */
  config: Config;
  /** The environment that the app reads the same configuration from. */
  env: Environment;
  /** What we start: LiveKit with its Egress, S3, Vite's server for development. */
  ours: { livekit: boolean; s3: boolean; vite: boolean };
  /** Which S3 server is started: MinIO for tests only. */
  s3Server: 'versitygw' | 'minio';
  ports: {
    livekit: number;
    livekitTcp: number;
    livekitUdp: PortRange;
    s3: number;
    redis: number;
    vite: number;
  };
}

export interface PortRange {
  from: number;
  to: number;
}

const portRange = (text: string): PortRange | undefined => {
  const [, from, to] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  const range = { from: Number(from), to: Number(to) };
  return range.from > 0 && range.from <= range.to && range.to < 65_536 ? range : undefined;
};

/**
 * The launcher's settings and the app's from one environment; `vite` when Vite is wanted.
 * @throws {ConfigError} with all mistakes of both at once
 */
export function readSettings(env: Environment, vite = false): Settings {
  const problems: string[] = [];
  const port = (variable: string, usual: number) => {
    const text = env[variable] || String(usual);
    const value = Number(text);
    if (/^\d+$/.test(text) && value > 0 && value < 65_536) return value;
    problems.push(`${variable} must be a port, such as ${usual} (it is ${JSON.stringify(text)})`);
    return usual;
  };
  const udp = env.LIVEKIT_UDP_PORTS || '50000-50100';
  const livekitUdp = portRange(udp) ?? { from: 0, to: 0 };
  if (!livekitUdp.to) {
    problems.push(`LIVEKIT_UDP_PORTS must be two ports, such as 50000-50100 (it is ${JSON.stringify(udp)})`);
  }
  const ports = {
    livekit: port('LIVEKIT_PORT', 7880),
    livekitTcp: port('LIVEKIT_TCP_PORT', 7881),
    livekitUdp,
    s3: port('S3_PORT', 9000),
    redis: port('REDIS_PORT', 6380),
    vite: port('VITE_PORT', 6081),
  };

  const data = resolve(root, env.REELROOM_DATA || 'data');
  const appEnv = {
    ...env,
    ...(!env.LIVEKIT_URL && ownRecorder(env, data)),
    LIVEKIT_URL: env.LIVEKIT_URL || `http://127.0.0.1:${ports.livekit}`,
    ...(!env.S3_ENDPOINT && ownS3(env, ports.s3)),
    ...(needsSecrets(env) && madeSecrets(env, data)),
  };
  const config = appConfig(appEnv, problems);
  if (!config) throw new ConfigError(problems);

  const short = createHash('sha256').update(data).digest('hex').slice(0, 8);
  return {
    data,
    runtime: join(tmpdir(), `reelroom-${short}`),
    config,
    env: appEnv,
    ours: { livekit: !env.LIVEKIT_URL, s3: !env.S3_ENDPOINT, vite },
    s3Server: env.REELROOM_S3_SERVER === 'minio' ? 'minio' : 'versitygw',
    ports,
  };
}

/** Whether what everyone knows may not be a secret: access is protected, or other machines reach the app. */
const needsSecrets = ({ ACCESS, HOST, PUBLIC_URL }: Environment): boolean =>
  ACCESS === 'protected' ||
  exposure({ ...(HOST && { HOST }), ...(PUBLIC_URL && { PUBLIC_URL }) }) !== undefined;

/** Secrets of our own LiveKit and S3 where none are given. */
function madeSecrets(env: Environment, data: string): Environment {
  const isMade = {
    LIVEKIT_API_SECRET: !env.LIVEKIT_URL && !env.LIVEKIT_API_SECRET,
    S3_SECRET_KEY: !env.S3_ENDPOINT && !env.S3_SECRET_KEY,
  };
  if (!isMade.LIVEKIT_API_SECRET && !isMade.S3_SECRET_KEY) return {};
  const { LIVEKIT_API_SECRET, S3_SECRET_KEY } = ownSecrets(data);
  return {
    ...(isMade.LIVEKIT_API_SECRET && { LIVEKIT_API_SECRET }),
    ...(isMade.S3_SECRET_KEY && { S3_SECRET_KEY }),
  };
}

/**
 * The app's settings for our own recorder. It would accept more recordings than this machine can film
 * smoothly (bench/at-once.ts): one per core leaves room for the calls.
 */
const ownRecorder = (env: Environment, data: string): Environment => ({
  EGRESS_BACKUP_FOLDER: join(data, 'backup'),
  MAX_CONCURRENT_RECORDINGS: env.MAX_CONCURRENT_RECORDINGS || String(availableParallelism()),
});

/** The app's settings for our own S3. */
const ownS3 = (env: Environment, port: number): Environment => ({
  S3_ENDPOINT: `http://127.0.0.1:${port}`,
  S3_ACCESS_KEY: env.S3_ACCESS_KEY || s3Keys.S3_ACCESS_KEY,
  S3_SECRET_KEY: env.S3_SECRET_KEY || s3Keys.S3_SECRET_KEY,
  S3_CREATE_BUCKET: env.S3_CREATE_BUCKET || 'on',
});

/** The app's configuration; undefined when it or the launcher's has mistakes, all of which are then in `problems`. */
function appConfig(env: Environment, problems: string[]): Config | undefined {
  try {
    const config = loadConfig(env);
    return problems.length === 0 ? config : undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}
