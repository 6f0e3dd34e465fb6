import type { Redis } from './client.ts';

/** How long a lease outlives a dead owner, and how often a living one renews it, in ms. */
export const leaseMs = 3_000;
export const renewalMs = 1_000;

/** Runs `command` on a lease only while its owner still holds it. */
const ifOwned = (command: string) =>
  `if redis.call('get', KEYS[1]) == ARGV[1] then return ${command} end return 0`;
const releaseScript = ifOwned(`redis.call('del', KEYS[1])`);
const renewScript = ifOwned(`redis.call('pexpire', KEYS[1], ${leaseMs})`);

/**
 * A lease that one of the processes sharing a Redis holds at a time, and loses 3 s after its last renewal.
 * Each method is one command, and throws where Redis is down.
 * @param owner unique to the holder
 */
export function createLease(redis: Redis, key: string, owner: string) {
  const run = async (script: string) => (await redis.eval(script, { keys: [key], arguments: [owner] })) === 1;
  return {
    /** Acquires the lease if it is free; whether it was. */
    async acquire(): Promise<boolean> {
      const expiration = { type: 'PX', value: leaseMs } as const;
      return (await redis.set(key, owner, { condition: 'NX', expiration })) !== null;
    },

    /** Extends the lease by 3 s; whether the owner still held it. */
    renew: (): Promise<boolean> => run(renewScript),

    /** Releases the lease if the owner still holds it. */
    release: (): Promise<boolean> => run(releaseScript),
  };
}
