import { setTimeout as sleep } from 'node:timers/promises';

/** How long shutdown waits for work under way, in ms; another process finishes the rest. */
const timeoutMs = 1_000;

/** Waits for `work`, which has been told to end, for a second at most. */
export async function untilEnded(work: Promise<unknown>): Promise<void> {
  const late = new AbortController();
  const timeout = sleep(timeoutMs, undefined, { signal: late.signal }).catch(() => undefined);
  await Promise.race([work, timeout]);
  late.abort();
}
