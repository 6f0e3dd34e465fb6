import { variableNames } from '../../server/config/environment.ts';
import { newSecrets } from './own-secrets.ts';
import { freePorts } from './ports.ts';
import { type Environment, readSettings, type Settings } from './settings.ts';

/** Whether a variable is read by the app, or by its launcher: ports and folders of its own. */
const isOurs = (name: string) => variableNames.includes(name) || /^REELROOM_|_PORTS?$/.test(name);

/**
 * Settings of an isolated stack: free ports, and none of our environment's settings but those in
 * `environment`.
 */
export async function privateSettings(data: string, environment: Environment = {}): Promise<Settings> {
  const cache = process.env.REELROOM_CACHE;
  const env: Environment = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOurs(name))),
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
    ...newSecrets(),
    ...environment,
  });
}
