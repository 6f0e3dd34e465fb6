import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import { alreadyStarted } from '../../errors.ts';
import { inTime, type Redis } from '../../plugins/redis.ts';

/** How long a lock outlives a dead owner, and how often a living one renews it, in ms. */
const leaseMs = 3_000;
const renewalMs = 1_000;

/** What `command` does to a lock, unless somebody else has taken it meanwhile. */
const ifOwned = (command: string) => `if redis.call('get', KEYS[1]) == ARGV[1] then ${command} end`;
const releaseScript = ifOwned(`redis.call('del', KEYS[1])`);
const renewScript = ifOwned(`redis.call('pexpire', KEYS[1], ${leaseMs})`);

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

  /**
   * Holds the lock for its owner, until what it returns is called. Nobody waits for
   * Redis: a lock that is not given back ends with its lease.
   */
  hold(key: string, owner: string): () => void {
    const tell = (script: string) => {
      redis.eval(script, { keys: [key], arguments: [owner] }).catch((error: unknown) => {
        log.warn({ err: error, key }, `the lock was not renewed or given back: it ends within ${leaseMs} ms`);
      });
    };
    const renewal = setInterval(tell, renewalMs, renewScript);
    return () => {
      clearInterval(renewal);
      tell(releaseScript);
    };
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
        const release = shared?.hold(key, owner);
        try {
          return await work();
        } finally {
          release?.();
        }
      } finally {
        heldHere.delete(roomName);
      }
    },
  };
}

export type RoomLock = ReturnType<typeof createRoomLock>;
