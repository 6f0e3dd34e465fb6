import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import { monotonicTime } from '../lib/clock.ts';
import { createLease, leaseMs, renewalMs } from '../adapters/redis/lease.ts';
import { withTimeout, type Redis } from '../adapters/redis/client.ts';
import { repeat } from './repeat.ts';

/** How often a Redis that is down is tried, in ms. */
const reconnectMs = 100;

/** Which app process of a library runs the jobs that need only one. */
export interface Ownership {
  /** Whether this process is the owner. Two owners for a moment do no harm. */
  isOwner: () => boolean;
  /** Releases ownership at once. */
  close: () => Promise<void>;
}

/**
 * Elects an owner among the processes of a library that share a Redis: the holder of a lease, which passes on
 * within some 4 s of the owner's death. Without Redis every process is an owner, as is each while Redis is
 * down, from 3 s after its last reply. One command a second.
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
  /** Until when the lease is ours, and when Redis last replied, by the monotonic clock. */
  let oursUntil = -Infinity;
  let repliedAt = monotonicTime();
  let isDown = false;
  const isOurs = () => monotonicTime() < oursUntil;

  async function renew(): Promise<void> {
    const askedAt = monotonicTime();
    const wasOurs = isOurs();
    try {
      const isTaken = (wasOurs && (await withTimeout(lease.renew()))) || (await withTimeout(lease.acquire()));
      repliedAt = monotonicTime();
      oursUntil = isTaken ? askedAt + leaseMs : -Infinity;
      isDown = false;
    } catch {
      // The client logs that Redis is down.
      isDown = monotonicTime() - repliedAt > leaseMs;
    }
    if (isOurs() && !wasOurs) log.info('this app process owns the library');
  }
  const stop = repeat(renew, () => (redis.isReady ? renewalMs : reconnectMs));

  return {
    isOwner: () => isOurs() || isDown,
    async close(): Promise<void> {
      await stop();
      oursUntil = -Infinity;
      // A lease that is not released expires.
      await withTimeout(lease.release()).catch(() => false);
    },
  };
}
