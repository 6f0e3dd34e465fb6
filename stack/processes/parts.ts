import { connect, isIP, isIPv6 } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import type { Config } from '../../server/config/environment.ts';
import { isAnyAddress, isLoopbackName } from '../../server/config/loopback.ts';
import { recordingGrace } from './leftovers.ts';
import type { PartSpec } from './process.ts';
import { root, type Settings } from '../lib/settings.ts';

/** Whether a port of this machine, or a socket's path, accepts connections. */
const accepts = (where: { host: string; port: number } | { path: string }) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(where);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const local = (port: number) => ({ host: '127.0.0.1', port });

/** Whether an HTTP server answers, with any status. */
const answers = (url: string) =>
  fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(2_000) }).then(
    () => true,
    () => false,
  );

const onTermination: PartSpec['stopBy'] = [['SIGTERM', 5_000]];

/**
 * Redis, through which LiveKit and Egress communicate. Its data about rooms and live recordings survives a
 * restart of Redis, but not of the stack.
 */
export function redisPart({ ports, runtime }: Settings): PartSpec {
  const port = String(ports.redis);
  return {
    name: 'redis',
    command: 'redis-server',
    args: [
      ...['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'yes', '--dir', runtime],
      // A process title would overwrite its environment, where our mark is.
      ...['--set-proc-title', 'no'],
    ],
    isUp: () => accepts(local(ports.redis)),
    stopBy: onTermination,
  };
}

/**
 * The S3 server: a bucket is a folder in `DATA/s3`, an object's metadata is in the file's extended
 * attributes.
 */
export function s3Part({ config, data, ports }: Settings, binary: string): PartSpec {
  return {
    name: 's3',
    command: binary,
    args: [
      '--quiet',
      '--port',
      `127.0.0.1:${ports.s3}`,
      '--region',
      config.s3.region,
      'posix',
      join(data, 's3'),
    ],
    env: definedOnly({ ROOT_ACCESS_KEY: config.s3.accessKey, ROOT_SECRET_KEY: config.s3.secretKey }),
    isUp: () => answers(`http://127.0.0.1:${ports.s3}`),
    stopBy: onTermination,
  };
}

/** MinIO in its place, for tests: another S3 server, with its data in the same folder. */
export function minioPart({ config, data, ports }: Settings, binary: string): PartSpec {
  return {
    name: 's3',
    command: binary,
    args: ['server', '--quiet', '--address', `127.0.0.1:${ports.s3}`, join(data, 's3')],
    env: definedOnly({
      MINIO_ROOT_USER: config.s3.accessKey,
      MINIO_ROOT_PASSWORD: config.s3.secretKey,
      MINIO_REGION: config.s3.region,
      MINIO_BROWSER: 'off',
      // No requests to the internet.
      MINIO_UPDATE: 'off',
    }),
    isUp: () => answers(`http://127.0.0.1:${ports.s3}/minio/health/live`),
    stopBy: onTermination,
  };
}

/** Where LiveKit listens: on loopback, by which the app and the recorder reach it, and where the app is reached. */
function livekitAddresses(host: string): string[] {
  if (isAnyAddress(host)) return [host];
  return isLoopbackName(host) ? ['127.0.0.1'] : ['127.0.0.1', host];
}

/** The host of URLs of what this machine itself reaches at `host`. */
function urlHost(host: string): string {
  if (isAnyAddress(host) || isLoopbackName(host)) return '127.0.0.1';
  return isIPv6(host) ? `[${host}]` : host;
}

/** What LiveKit tells browsers of where media goes (ICE), and nobody outside is asked for: no STUN server. */
function mediaAddresses({ host, isExposed }: Config) {
  if (!isExposed) return { node_ip: '127.0.0.1' };
  // All addresses of this machine, or the one that others are to use.
  const isOne = isIP(host) !== 0 && !isAnyAddress(host) && !isLoopbackName(host);
  return {
    use_ice_lite: true,
    ...(isOne && { ips: { includes: ['127.0.0.0/8', `${host}/${isIPv6(host) ? 128 : 32}`] } }),
  };
}

/** LiveKit; without Redis there are calls, but no recordings. */
export function livekitPart({ config, ports }: Settings, binary: string, hasRedis: boolean): PartSpec {
  const { apiKey, apiSecret } = config.livekit;
  const livekit = {
    port: ports.livekit,
    bind_addresses: livekitAddresses(config.host),
    rtc: {
      ...mediaAddresses(config),
      enable_loopback_candidate: true,
      use_external_ip: false,
      tcp_port: ports.livekitTcp,
      port_range_start: ports.livekitUdp.from,
      port_range_end: ports.livekitUdp.to,
    },
    ...(hasRedis && { redis: { address: `127.0.0.1:${ports.redis}` } }),
    keys: { [apiKey]: apiSecret },
    webhook: { api_key: apiKey, urls: [`${config.appUrl}${config.basePath}/livekit/webhook`] },
  };
  return {
    name: 'livekit',
    command: binary,
    args: [],
    // JSON is YAML.
    env: { LIVEKIT_CONFIG: JSON.stringify(livekit) },
    isUp: () => answers(`http://127.0.0.1:${ports.livekit}`),
    // On the first signal it waits until everyone has left, on the second it does not.
    stopBy: [
      ['SIGTERM', 300],
      ['SIGTERM', 5_000],
    ],
  };
}

/** PulseAudio, a sound card in software: recordings take their sound from it. */
export function pulsePart({ runtime }: Settings): PartSpec {
  const socket = pulseSocket(runtime);
  return {
    name: 'pulseaudio',
    command: 'pulseaudio',
    args: [
      ...['-n', '--daemonize=no', '--exit-idle-time=-1', '--disallow-exit', '--use-pid-file=no'],
      ...['-L', `module-native-protocol-unix socket=${socket} auth-anonymous=1`],
    ],
    env: { PULSE_RUNTIME_PATH: join(runtime, 'pulse'), PULSE_STATE_PATH: join(runtime, 'pulse') },
    isUp: () => accepts({ path: socket }),
    stopBy: onTermination,
  };
}

const pulseSocket = (runtime: string) => join(runtime, 'pulse.sock');

/** Egress, the recorder. It starts Xvfb and Chromium for each recording. */
export function egressPart({ config, ports, runtime }: Settings, binary: string): PartSpec {
  const egress = {
    redis: { address: `127.0.0.1:${ports.redis}` },
    api_key: config.livekit.apiKey,
    api_secret: config.livekit.apiSecret,
    // Of the recorded page's own host: Chromium lets no page of another address reach loopback.
    ws_url: `ws://${urlHost(config.host)}:${ports.livekit}`,
    backup_storage: config.recordings.backupFolder,
    ...(config.s3.egressUpload === 'server' && { s3: egressStorage(config) }),
    // By default it takes no job on two cores, and aborts one when it is short of CPU.
    cpu_cost: { max_cpu_utilization: 1, room_composite_cpu_cost: 0.5, web_cpu_cost: 0.5 },
  };
  return {
    name: 'egress',
    command: binary,
    args: [],
    env: {
      EGRESS_CONFIG_BODY: JSON.stringify(egress),
      // It starts itself by name for each recording.
      PATH: [dirname(binary), process.env.PATH].join(delimiter),
      PULSE_SERVER: `unix:${pulseSocket(runtime)}`,
      TMPDIR: egressFolder(runtime),
    },
    isUp: (log) => Promise.resolve(log.includes('service ready')),
    // Recordings under way end as good files.
    stopBy: [['SIGINT', recordingGrace]],
  };
}

/** Where Egress uploads to, where its requests do not say so. */
function egressStorage({ s3 }: Config) {
  const isItsOwn = s3.egressAccessKey !== undefined;
  return {
    access_key: isItsOwn ? s3.egressAccessKey : s3.accessKey,
    secret: isItsOwn ? s3.egressSecretKey : s3.secretKey,
    session_token: isItsOwn ? s3.egressSessionToken : s3.sessionToken,
    region: s3.region,
    endpoint: s3.egressEndpoint ?? s3.endpoint,
    bucket: s3.bucket,
    force_path_style: s3.forcePathStyle,
  };
}

/** Where Egress has its sockets, and Chromium its profiles. */
export const egressFolder = (runtime: string): string => join(runtime, 'egress');

/**
 * Node's arguments for the app. Each chunk of a video is a buffer that is garbage once it is sent, and by
 * default V8 marks its whole heap whenever some 32 MB of them were read, which doubles a video's CPU time
 * (bench/video.ts): the heap may grow to twice its size after the last marking.
 */
export const appArgs = ['--heap-growing-percent=100', 'server/main.ts'];

/** Reelroom's own server. */
export function appPart({ config, env }: Settings): PartSpec {
  const host = isAnyAddress(config.host) ? '127.0.0.1' : config.host;
  return {
    name: 'app',
    command: process.execPath,
    args: appArgs,
    env: definedOnly(env),
    cwd: root,
    takesMessages: true,
    isUp: () => accepts({ host, port: config.port }),
    stopBy: onTermination,
  };
}

/** Vite's server for development: the client with hot reload, everything else from the app. */
export function vitePart({ config, ports }: Settings): PartSpec {
  return {
    name: 'vite',
    command: join(root, 'node_modules', '.bin', 'vite'),
    args: [],
    env: { VITE_PORT: String(ports.vite), REELROOM_APP_URL: config.appUrl },
    cwd: root,
    isUp: () => answers(`http://localhost:${ports.vite}`),
    stopBy: onTermination,
  };
}

const definedOnly = (env: Settings['env']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
