import { createBackOff } from '../lib/back-off.ts';
import type { DeletionJournal, OnGone } from '../features/library/deletion.ts';

/** The pauses before a failed deletion order is retried. */
const pauses = { firstMs: 60_000, longestMs: 6 * 60 * 60_000 };

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
  const retries = createBackOff(pauses);

  return {
    /** Throws the first failure after all were tried. */
    async run(): Promise<void> {
      const orders = await deletions.pending();
      const before = ordersBefore;
      ordersBefore = new Set(orders);
      retries.keepOnly(ordersBefore);
      const failures: unknown[] = [];
      for (const order of orders.filter((one) => before.has(one)))
        try {
          if (retries.isPausing(order)) continue;
          retries.pause(order);
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
