import { freePorts } from './ports.ts';
import { type Environment, readSettings, type Settings } from './settings.ts';

/**
 * Settings of a stack that disturbs no other: free ports, and nothing from our own
 * environment but what `environment` says.
 */
export async function privateSettings(data: string, environment: Environment = {}): Promise<Settings> {
  const ours =
    /^(LIVEKIT|S3|REELROOM|MAX|WEBHOOK|RETENTION)_|^(APP_URL|HOST|AWS_REGION|RECORDINGS_PATH|RECORDING_FILE_PORTION_SIZE|EMPTY_ROOM_SECONDS|ACCESS|ALLOWED_HOSTS|TRUSTED_PROXIES|CORS_ORIGINS|EMBED_ORIGINS|PLAYBACK|STALLED_VIEWER_SECONDS|CRASH_SAFE|REDIS_URL|EGRESS_BACKUP_FOLDER)$/;
  const cache = process.env.REELROOM_CACHE;
  const env: Environment = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name))),
    ...(cache && { REELROOM_CACHE: cache }),
  };
  const [app, livekit, livekitTcp, s3, redis, ...udp] = await freePorts(60);
  return readSettings({
    ...env,
    REELROOM_DATA: data,
    SERVER_PORT: String(app),
    LIVEKIT_PORT: String(livekit),
    LIVEKIT_TCP_PORT: String(livekitTcp),
    LIVEKIT_UDP_PORTS: `${udp.at(0)}-${udp.at(-1)}`,
    S3_PORT: String(s3),
    REDIS_PORT: String(redis),
    ...environment,
  });
}
