import { LRUCache } from 'lru-cache';
import type { FastifyBaseLogger } from 'fastify';
import { monotonicTime } from '../../lib/clock.ts';
import { withTimeout, type Redis } from './client.ts';

/** How many keys a process counts by itself at most; the one asked for longest ago is forgotten first. */
const mostKeys = 50_000;

/** A count, and how long it still counts, in ms. */
export interface Counted {
  current: number;
  ttl: number;
}

/** Counts in this process alone. */
function createOwnCounter() {
  const counts = new LRUCache<string, { current: number; endsAt: number }>({ max: mostKeys });
  return (key: string, windowMs: number): Counted => {
    const now = monotonicTime();
    const known = counts.get(key);
    const count = known && known.endsAt > now ? known : { current: 0, endsAt: now + windowMs };
    count.current += 1;
    counts.set(key, count);
    return { current: count.current, ttl: count.endsAt - now };
  };
}

/**
 * Counts what happens under a key in windows of fixed length, which begin with the first. Among all processes that
 * share a Redis; in this process alone without Redis and while Redis is down. One request to Redis.
 * @param scope the library's, since a Redis may serve several
 */
export function createCounter({
  redis,
  scope,
  log,
}: {
  redis: Redis | undefined;
  scope: string;
  log: FastifyBaseLogger;
}) {
  const countHere = createOwnCounter();
  return async (key: string, windowMs: number): Promise<Counted> => {
    const here = countHere(key, windowMs);
    if (!redis) return here;
    const name = `reelroom:count:${scope}:${key}`;
    try {
      const [current, , ttl] = await withTimeout(
        redis.multi().incr(name).pExpire(name, windowMs, 'NX').pTTL(name).execTyped(),
      );
      return { current, ttl };
    } catch (error) {
      log.debug({ err: error }, 'Redis is away: what is limited is counted in this process only');
      return here;
    }
  };
}

export type Counter = ReturnType<typeof createCounter>;
