import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import { alreadyStarted } from '../../errors.ts';
import { inTime, type Redis } from '../../plugins/redis.ts';

/**
 * How long a lock outlives a dead owner, in ms: longer than the longest start, which
 * waits 3 s for the room and 4 s for a recorder.
 */
const leaseMs = 10_000;

/** Deletes a lock, but never one that somebody else has taken meanwhile. */
const releaseScript = `if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end`;

/** A lock among all processes that share a Redis; with Redis away it is granted to whoever asks. */
const createSharedLock = (redis: Redis, log: FastifyBaseLogger) => ({
  /** Takes the lock for `owner`: whether it was free. */
  async take(key: string, owner: string): Promise<boolean> {
    try {
      const expiration = { type: 'PX', value: leaseMs } as const;
      return (await inTime(redis.set(key, owner, { condition: 'NX', expiration }))) !== null;
    } catch (error) {
      log.warn({ err: error, key }, 'Redis is away: the lock holds in this process only');
      return true;
    }
  },

  /** Gives the lock back, without waiting for Redis: what fails here, the lease ends. */
  release(key: string, owner: string): void {
    redis.eval(releaseScript, { keys: [key], arguments: [owner] }).catch((error: unknown) => {
      log.warn({ err: error, key }, `the lock was not given back: it ends within ${leaseMs} ms`);
    });
  },
});

/**
 * One lock per room: among all app processes where they share a Redis, else in this
 * process, and also there while Redis is away.
 */
export function createRoomLock({ redis, log }: { redis: Redis | undefined; log: FastifyBaseLogger }) {
  const heldHere = new Set<string>();
  const shared = redis && createSharedLock(redis, log);

  return {
    /**
     * What `work` gives, done while nobody else holds the room's lock. Never waits for
     * the lock, and at most 0.5 s for Redis.
     * @throws {ReelroomError} RECORDING_ALREADY_STARTED when somebody holds it; and whatever `work` throws
     */
    async withLock<T>(roomName: string, work: () => Promise<T>): Promise<T> {
      if (heldHere.has(roomName)) throw alreadyStarted();
      heldHere.add(roomName);
      try {
        const key = `reelroom:lock:${roomName}`;
        const owner = randomUUID();
        if (shared && !(await shared.take(key, owner))) throw alreadyStarted();
        try {
          return await work();
        } finally {
          shared?.release(key, owner);
        }
      } finally {
        heldHere.delete(roomName);
      }
    },
  };
}

export type RoomLock = ReturnType<typeof createRoomLock>;
