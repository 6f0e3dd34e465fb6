import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { alreadyStarted, noRecorder } from '../../lib/errors.ts';
import { monotonicTime } from '../../lib/clock.ts';
import { createLease, leaseMs, renewalMs } from './lease.ts';
import { withTimeout, type Redis } from './client.ts';

/** How long a caller waits for its turn, and how often it tries to acquire the lock, in ms. */
const longestWaitMs = 10_000;
const retryMs = 50;

/** A lock among all processes that share a Redis; while Redis is down every attempt succeeds. */
const createSharedLock = (redis: Redis, log: FastifyBaseLogger) => ({
  /** Acquires the lock for `owner`; whether it was free. */
  async acquire(key: string, owner: string): Promise<boolean> {
    try {
      return await withTimeout(createLease(redis, key, owner).acquire());
    } catch (error) {
      log.warn({ err: error, key }, 'Redis is away: the lock holds in this process only');
      return true;
    }
  },

  /**
   * Renews the lock until the returned function releases it. Neither waits for Redis: a lock that is not
   * released expires with its lease.
   */
  hold(key: string, owner: string): () => void {
    const lease = createLease(redis, key, owner);
    const send = (how: 'renew' | 'release') => {
      lease[how]().catch((error: unknown) => {
        log.warn(
          { err: error, key },
          `the lock could not be renewed or released: it expires within ${leaseMs} ms`,
        );
      });
    };
    const renewal = setInterval(send, renewalMs, 'renew');
    return () => {
      clearInterval(renewal);
      send('release');
    };
  },
});

/**
 * Locks of one library: one per room, and one for the whole library. Shared by all app processes that share a
 * Redis; process-local without Redis and while Redis is down.
 * @param scope the library's, since a Redis may serve several
 */
export function createLock({
  redis,
  scope,
  log,
}: {
  redis: Redis | undefined;
  scope: string;
  log: FastifyBaseLogger;
}) {
  const heldHere = new Set<string>();
  const shared = redis && createSharedLock(redis, log);
  /** Resolves when all earlier callers have had their turn. */
  let queue = Promise.resolve();

  /** Runs `work` while holding the lock, which `take` acquires. */
  async function whileHeld<T>(key: string, take: (owner: string) => Promise<void>, work: () => Promise<T>) {
    const owner = randomUUID();
    await take(owner);
    const release = shared?.hold(key, owner);
    try {
      return await work();
    } finally {
      release?.();
    }
  }

  /** Acquires the lock as soon as it is free. */
  async function acquireInTime(key: string, owner: string): Promise<void> {
    const since = monotonicTime();
    while (shared && !(await shared.acquire(key, owner))) {
      if (monotonicTime() - since > longestWaitMs) throw noRecorder(new Error('too many start at once'));
      await sleep(retryMs * (0.5 + Math.random()));
    }
  }

  return {
    /**
     * Runs `work` under the room's lock and returns its result. Never waits for the lock, and at most 0.5 s
     * for Redis.
     * @throws {ReelroomError} RECORDING_ALREADY_STARTED when the lock is held; and whatever `work` throws
     */
    async withLock<T>(roomName: string, work: () => Promise<T>): Promise<T> {
      if (heldHere.has(roomName)) throw alreadyStarted();
      heldHere.add(roomName);
      const key = `reelroom:lock:${scope}:${roomName}`;
      const take = async (owner: string) => {
        if (shared && !(await shared.acquire(key, owner))) throw alreadyStarted();
      };
      try {
        return await whileHeld(key, take, work);
      } finally {
        heldHere.delete(roomName);
      }
    },

    /**
     * Runs `work` under the library's lock and returns its result. Waits for its turn, at most 10 s for other
     * processes.
     * @throws {ReelroomError} NO_RECORDER when its turn does not come; and whatever `work` throws
     */
    async inTurn<T>(work: () => Promise<T>): Promise<T> {
      const key = `reelroom:turn:${scope}`;
      const turn = queue.then(() => whileHeld(key, (owner) => acquireInTime(key, owner), work));
      queue = turn.then(
        () => undefined,
        () => undefined,
      );
      return turn;
    },
  };
}

export type Lock = ReturnType<typeof createLock>;
