import { monotonicTime } from '../lib/clock.ts';
import type { DeletionJournal, OnGone } from '../features/library/deletion.ts';

/** The pause before a failed deletion order is retried, in ms: doubled each time. */
const firstPauseMs = 60_000;
const longestPauseMs = 6 * 60 * 60_000;

/**
 * Resumes deletion orders whose process has died: those that existed in the previous run, too. One LIST. An
 * order that S3 refuses, such as for a lock, is retried ever less often.
 */
export function createResumeDeletions({
  deletions,
  onGone,
}: {
  deletions: DeletionJournal;
  /** Called for each recording deleted. */
  onGone: OnGone;
}) {
  let ordersBefore = new Set<string>();
  /** When an order is retried, by the monotonic clock. */
  let retries = new Map<string, { dueAt: number; pauseMs: number }>();

  return {
    /** Throws the first failure after all were tried. */
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

    /** Whether there are orders to check again soon. */
    hasPending: (): boolean => [...ordersBefore].some((order) => !retries.has(order)),
  };
}
