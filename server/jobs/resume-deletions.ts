import { monotonicTime } from '../lib/clock.ts';
import type { DeletionJournal, OnGone } from '../features/library/deletion.ts';

/** After how long, in ms, an order is tried again that could not be carried out: doubled each time. */
const firstPauseMs = 60_000;
const longestPauseMs = 6 * 60 * 60_000;

/**
 * Carries out orders to delete whose process has died, which are those that were there the
 * last time, too. One LIST. What S3 does not delete, such as what it has locked, is tried ever less often.
 */
export function createResumeDeletions({
  deletions,
  onGone,
}: {
  deletions: DeletionJournal;
  /** Hears of what has gone by somebody else's order. */
  onGone: OnGone;
}) {
  let ordersBefore = new Set<string>();
  /** When one that was tried is tried again, by the monotonic clock. */
  let retries = new Map<string, { dueAt: number; pauseMs: number }>();

  return {
    /** Throws, when all have been tried, what went wrong with one. */
    async run(): Promise<void> {
      const orders = await deletions.pending();
      const before = ordersBefore;
      ordersBefore = new Set(orders);
      retries = new Map([...retries].filter(([order]) => ordersBefore.has(order)));
      const failures: unknown[] = [];
      for (const order of orders.filter((one) => before.has(one)))
        try {
          const { dueAt = 0, pauseMs = firstPauseMs } = retries.get(order) ?? {};
          if (monotonicTime() < dueAt) continue;
          retries.set(order, {
            dueAt: monotonicTime() + pauseMs,
            pauseMs: Math.min(2 * pauseMs, longestPauseMs),
          });
          await deletions.resume(order, onGone);
        } catch (error) {
          failures.push(error);
        }
      if (failures.length > 0) throw failures[0];
    },

    /** Whether there are orders that are to be looked at again soon. */
    hasPending: (): boolean => [...ordersBefore].some((order) => !retries.has(order)),
  };
}
