import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import { monotonicTime } from '../lib/clock.ts';
import { createLease, leaseMs, renewalMs } from '../adapters/redis/lease.ts';
import { withTimeout, type Redis } from '../adapters/redis/client.ts';
import { repeat } from './repeat.ts';

/** How often Redis is asked that is not there, in ms. */
const askAgainMs = 100;

/** Which of the app processes of a library does what is enough for one to do. */
export interface Ownership {
  /** Whether it is this one. Of two that both take themselves for it, for a moment, none harms the other. */
  isOwner: () => boolean;
  /** Leaves it to another process at once. */
  close: () => Promise<void>;
}

/**
 * Has one of the processes of a library that share a Redis look after it: whoever has the lease, which
 * goes to another one within some 4 s when its owner has died. Every one does where there is
 * no Redis, and while Redis is away, from 3 s after it was last heard. One command a second.
 * @param scope the library, since a Redis may serve several
 */
export function createOwnership({
  redis,
  scope,
  log,
}: {
  redis: Redis | undefined;
  scope: string;
  log: FastifyBaseLogger;
}): Ownership {
  if (!redis) return { isOwner: () => true, close: async () => undefined };
  const lease = createLease(redis, `reelroom:owner:${scope}`, randomUUID());
  /** Until when it is ours whatever happens, and when Redis last said whose it is, by the monotonic clock. */
  let oursUntil = -Infinity;
  let toldAt = monotonicTime();
  let isAway = false;
  const isOurs = () => monotonicTime() < oursUntil;

  async function ask(): Promise<void> {
    const askedAt = monotonicTime();
    const wasOurs = isOurs();
    try {
      const isTaken = (wasOurs && (await withTimeout(lease.renew()))) || (await withTimeout(lease.acquire()));
      toldAt = monotonicTime();
      oursUntil = isTaken ? askedAt + leaseMs : -Infinity;
      isAway = false;
    } catch {
      // That Redis is away is logged by its client.
      isAway = monotonicTime() - toldAt > leaseMs;
    }
    if (isOurs() && !wasOurs) log.info('this app process looks after the library');
  }
  const stop = repeat(ask, () => (redis.isReady ? renewalMs : askAgainMs));

  return {
    isOwner: () => isOurs() || isAway,
    async close(): Promise<void> {
      await stop();
      oursUntil = -Infinity;
      // One that is not given back ends by itself.
      await withTimeout(lease.release()).catch(() => false);
    },
  };
}
