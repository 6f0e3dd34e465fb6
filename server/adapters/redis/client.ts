import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@redis/client';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Options } from '../../config/options.ts';

/** The longest wait between two tries to connect, in ms. */
const longestRetryMs = 2_000;

/**
 * A client of the Redis at `url` (`redis[s]://[[user]:password@]host[:port][/database]`) that connects in the
 * background and reconnects. While Redis is down its commands reject at once: every caller has a fallback.
 * Only transitions between up and down are logged.
 */
export function createRedis(url: string, log: FastifyBaseLogger) {
  const redis = createClient({
    url,
    // A command queued until Redis is back would run too late.
    disableOfflineQueue: true,
    // Detects a Redis that hangs: an unanswered ping closes the socket.
    pingInterval: 5_000,
    socket: {
      connectTimeout: 2_000,
      socketTimeout: 8_000,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, longestRetryMs) * (0.5 + Math.random() / 2),
    },
  });
  let isDown = false;
  redis.on('ready', () => {
    if (isDown) log.info('Redis is back');
    isDown = false;
  });
  redis.on('error', (error: unknown) => {
    if (!isDown) log.warn({ err: error }, 'Redis is away');
    isDown = true;
  });
  // It rejects only when it is closed before it ever connected.
  redis.connect().catch(() => undefined);
  return redis;
}

export type Redis = ReturnType<typeof createRedis>;

/** How long a command may take, in ms, and the steps in which that is waited. */
const timeoutMs = 500;
const stepMs = 25;

/** Resolves after the timeout, not counting time in which this process was too busy to read a reply. */
async function timeoutElapsed(signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited < timeoutMs; waited += stepMs) await sleep(stepMs, undefined, { signal });
}

/**
 * Awaits a command's reply.
 * @throws when there is none in time; the command may still be executed
 */
export async function withTimeout<T>(command: Promise<T>): Promise<T> {
  const late = new AbortController();
  try {
    return await Promise.race([
      command,
      timeoutElapsed(late.signal).then(() => {
        throw new Error(`Redis did not answer within ${timeoutMs} ms`);
      }),
    ]);
  } finally {
    late.abort();
  }
}

/**
 * The configured Redis, for a plugin: the app starts and continues without it. Destroyed when the application
 * closes.
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
