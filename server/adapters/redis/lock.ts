import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { alreadyStarted, noRecorder } from '../../lib/errors.ts';
import { monotonicTime } from '../../lib/clock.ts';
import { createLease, leaseMs, renewalMs } from './lease.ts';
import { inTime, type Redis } from './client.ts';

/** How long anybody waits for a turn, and how often it is asked for among processes, in ms. */
const longestWaitMs = 10_000;
const askAgainMs = 50;

/** A lock among all processes that share a Redis; with Redis away it is granted to whoever asks. */
const createSharedLock = (redis: Redis, log: FastifyBaseLogger) => ({
  /** Takes the lock for `owner`: whether it was free. */
  async take(key: string, owner: string): Promise<boolean> {
    try {
      return await inTime(createLease(redis, key, owner).take());
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
    const lease = createLease(redis, key, owner);
    const tell = (how: 'renew' | 'giveBack') => {
      lease[how]().catch((error: unknown) => {
        log.warn({ err: error, key }, `the lock was not renewed or given back: it ends within ${leaseMs} ms`);
      });
    };
    const renewal = setInterval(tell, renewalMs, 'renew');
    return () => {
      clearInterval(renewal);
      tell('giveBack');
    };
  },
});

/**
 * Locks of one library: one per room, and one for all of it. Among all app processes where
 * they share a Redis, else in this process, and also there while Redis is away.
 * @param scope whose locks these are, since a Redis may serve several libraries
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
  /** Resolves when whoever is in front has had a turn. */
  let queue = Promise.resolve();

  /** Does `work` with the lock, which `take` has to get. */
  async function holding<T>(key: string, take: (owner: string) => Promise<void>, work: () => Promise<T>) {
    const owner = randomUUID();
    await take(owner);
    const release = shared?.hold(key, owner);
    try {
      return await work();
    } finally {
      release?.();
    }
  }

  /** Takes the lock as soon as nobody else has it. */
  async function wait(key: string, owner: string): Promise<void> {
    const since = monotonicTime();
    while (shared && !(await shared.take(key, owner))) {
      if (monotonicTime() - since > longestWaitMs) throw noRecorder(new Error('too many start at once'));
      await sleep(askAgainMs * (0.5 + Math.random()));
    }
  }

  return {
    /**
     * What `work` gives, done while nobody else holds the room's lock. Never waits for
     * the lock, and at most 0.5 s for Redis.
     * @throws {ReelroomError} RECORDING_ALREADY_STARTED when somebody holds it; and whatever `work` throws
     */
    async withLock<T>(roomName: string, work: () => Promise<T>): Promise<T> {
      if (heldHere.has(roomName)) throw alreadyStarted();
      heldHere.add(roomName);
      const key = `reelroom:lock:${scope}:${roomName}`;
      const take = async (owner: string) => {
        if (shared && !(await shared.take(key, owner))) throw alreadyStarted();
      };
      try {
        return await holding(key, take, work);
      } finally {
        heldHere.delete(roomName);
      }
    },

    /**
     * What `work` gives, done while nobody else in the library is at such work; whoever asks
     * waits for a turn, at most 10 s behind those of other processes.
     * @throws {ReelroomError} NO_RECORDER when none comes; and whatever `work` throws
     */
    async inTurn<T>(work: () => Promise<T>): Promise<T> {
      const key = `reelroom:turn:${scope}`;
      const turn = queue.then(() => holding(key, (owner) => wait(key, owner), work));
      queue = turn.then(
        () => undefined,
        () => undefined,
      );
      return turn;
    },
  };
}

export type Lock = ReturnType<typeof createLock>;
