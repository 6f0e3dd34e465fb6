import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@redis/client';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Options } from '../../config/options.ts';

/** The longest wait between two tries to connect, in ms. */
const longestRetryMs = 2_000;

/**
 * A client of the Redis at `url` (`redis[s]://[[user]:password@]host[:port][/database]`)
 * that connects by itself, and again whenever the connection is lost. While Redis is
 * away its commands reject at once: whoever asks has another way. Only changes between
 * there and away are logged.
 */
export function createRedis(url: string, log: FastifyBaseLogger) {
  const redis = createClient({
    url,
    // A command that waits for Redis to come back would come too late.
    disableOfflineQueue: true,
    // A Redis that hangs leaves the ping unanswered, and then the socket is closed.
    pingInterval: 5_000,
    socket: {
      connectTimeout: 2_000,
      socketTimeout: 8_000,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, longestRetryMs) * (0.5 + Math.random() / 2),
    },
  });
  let isAway = false;
  redis.on('ready', () => {
    if (isAway) log.info('Redis is back');
    isAway = false;
  });
  redis.on('error', (error: unknown) => {
    if (!isAway) log.warn({ err: error }, 'Redis is away');
    isAway = true;
  });
  // It rejects only when it is closed before it ever connected.
  redis.connect().catch(() => undefined);
  return redis;
}

export type Redis = ReturnType<typeof createRedis>;

/** How long anybody waits for Redis, in ms, and in pieces of how many. */
const patienceMs = 500;
const pieceMs = 25;

/** Waits that long, not counting the time in which this process was too busy to read an answer. */
async function patience(signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited < patienceMs; waited += pieceMs) await sleep(pieceMs, undefined, { signal });
}

/**
 * What Redis answers to a command.
 * @throws when it does not answer in time; the command may be carried out yet
 */
export async function inTime<T>(command: Promise<T>): Promise<T> {
  const late = new AbortController();
  try {
    return await Promise.race([
      command,
      patience(late.signal).then(() => {
        throw new Error(`Redis did not answer within ${patienceMs} ms`);
      }),
    ]);
  } finally {
    late.abort();
  }
}

/**
 * Redis for a plugin, where there is one: the app starts and goes on without it, and it
 * comes back by itself. Let go of when the application closes.
 */
export function openRedis(
  app: Pick<FastifyInstance, 'log' | 'addHook'>,
  { redisUrl }: Pick<Options, 'redisUrl'>,
): Redis | undefined {
  if (redisUrl === undefined) return undefined;
  const redis = createRedis(redisUrl, app.log);
  app.addHook('onClose', async () => redis.destroy());
  return redis;
}
