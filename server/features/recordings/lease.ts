import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicTime } from '../../clock.ts';
import { ConditionNotMet, ifStill } from '../../plugins/storage/conditions.ts';
import type { Storage } from '../../plugins/storage/storage.ts';

/** How often a lease is renewed, and looked at by who waits for it, in ms. */
const renewEveryMs = 3_000;
const lookEveryMs = 1_000;

/** After how long without a sign of its owner, in ms by the clock of who waits, a lease may be taken over. */
const abandonedAfterMs = 12_000;

type LeaseStorage = Pick<Storage, 'getTextAndEtag' | 'putJson' | 'delete'>;

/**
 * Has `work` done by one process at a time, since it is costly: whoever has made the object at `key`
 * does it, and renews the object meanwhile. It saves work and makes nothing safe: who is too slow to renew
 * is not stopped. No clock is compared with another's. A PUT and a DELETE, a PUT every 3 s; a GET a second for who waits.
 * @returns what `work` gives; nothing, without having done it, when somebody else has had the lease and is done
 */
export async function withLease<Result>(
  storage: LeaseStorage,
  key: string,
  work: () => Promise<Result>,
  signal: AbortSignal,
): Promise<{ result: Result } | undefined> {
  let etag = await take(storage, key, undefined);
  if (etag === undefined) {
    const abandoned = await untilOver(storage, key, signal);
    if (abandoned === undefined) return undefined;
    etag = await take(storage, key, abandoned);
    if (etag === undefined) return undefined;
  }
  const done = new AbortController();
  const renewing = renew(storage, key, etag, done.signal);
  try {
    return { result: await work() };
  } finally {
    done.abort();
    await renewing;
    // One that stays is abandoned after a while.
    await storage.delete(key).catch(() => undefined);
  }
}

/** Makes the lease ours, if it is still the one that was seen; its ETag. */
async function take(
  storage: LeaseStorage,
  key: string,
  seen: string | undefined,
): Promise<string | undefined> {
  try {
    return (await storage.putJson(key, { lease: randomUUID() }, ifStill(seen))) ?? '';
  } catch (error) {
    if (error instanceof ConditionNotMet) return undefined;
    throw error;
  }
}

/** Waits until the lease is given back; its ETag where it is abandoned. */
async function untilOver(
  storage: LeaseStorage,
  key: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  let seen: { etag: string | undefined; at: number } | undefined;
  for (;;) {
    const lease = await storage.getTextAndEtag(key);
    if (!lease) return undefined;
    if (seen === undefined || lease.etag !== seen.etag) seen = { etag: lease.etag, at: monotonicTime() };
    else if (monotonicTime() - seen.at > abandonedAfterMs) return lease.etag;
    await sleep(lookEveryMs, undefined, { signal });
  }
}

/** Shows until `signal` that its owner lives. */
async function renew(storage: LeaseStorage, key: string, first: string, signal: AbortSignal): Promise<void> {
  let etag: string | undefined = first;
  while (etag !== undefined) {
    await sleep(renewEveryMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    etag = await take(storage, key, etag).catch(() => etag);
  }
}
