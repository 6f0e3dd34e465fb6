import { setTimeout as sleep } from 'node:timers/promises';

/** What `probe` gives once it gives something; an error naming `what` when `deadline` (ms) passes first. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  deadline = 60_000,
): Promise<T> {
  const end = Date.now() + deadline;
  for (;;) {
    const result = await probe();
    if (result !== undefined && result !== false) return result;
    if (Date.now() > end) throw new Error(`${what}: not within ${deadline} ms`);
    await sleep(50);
  }
}
