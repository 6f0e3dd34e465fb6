import { setTimeout as sleep } from 'node:timers/promises';

/** How long the end of this process waits for what is under way, in ms; what it leaves another process does. */
const patienceMs = 1_000;

/** Waits for `work`, which has been told to end, but not for long. */
export async function untilEnded(work: Promise<unknown>): Promise<void> {
  const late = new AbortController();
  const patience = sleep(patienceMs, undefined, { signal: late.signal }).catch(() => undefined);
  await Promise.race([work, patience]);
  late.abort();
}
