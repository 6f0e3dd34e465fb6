import type { Redis } from './client.ts';

/** How long a lease outlives a dead owner, and how often a living one renews it, in ms. */
export const leaseMs = 3_000;
export const renewalMs = 1_000;

/** What `command` does to a lease, unless somebody else has taken it meanwhile. */
const ifOwned = (command: string) =>
  `if redis.call('get', KEYS[1]) == ARGV[1] then return ${command} end return 0`;
const giveBackScript = ifOwned(`redis.call('del', KEYS[1])`);
const renewScript = ifOwned(`redis.call('pexpire', KEYS[1], ${leaseMs})`);

/**
 * What one of all processes that share a Redis has at a time, and loses 3 s after it renewed it
 * last. Each is one command, and throws where Redis is away.
 * @param owner whoever asks, unlike all others
 */
export function createLease(redis: Redis, key: string, owner: string) {
  const run = async (script: string) => (await redis.eval(script, { keys: [key], arguments: [owner] })) === 1;
  return {
    /** Takes it: whether it was free. */
    async take(): Promise<boolean> {
      const expiration = { type: 'PX', value: leaseMs } as const;
      return (await redis.set(key, owner, { condition: 'NX', expiration })) !== null;
    },

    /** Has it last for another 3 s: whether it was the owner's still. */
    renew: (): Promise<boolean> => run(renewScript),

    /** Gives it back, if it is the owner's still. */
    giveBack: (): Promise<boolean> => run(giveBackScript),
  };
}
