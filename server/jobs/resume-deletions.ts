import type { Recording } from '@reelroom/shared';
import type { Erase } from '../features/library/deletion.ts';

/**
 * Carries out orders to delete whose process has died, which are those that were there the
 * last time, too. One LIST.
 */
export function createUpkeep({
  erase,
  onDeleted,
}: {
  erase: Erase;
  /** Hears of what has gone by somebody else's order. */
  onDeleted: (recording: Recording) => void;
}) {
  let ordersBefore = new Set<string>();

  return {
    /** Throws, when all have been tried, what went wrong with one. */
    async finishDeleting(): Promise<void> {
      const orders = await erase.pending();
      const before = ordersBefore;
      ordersBefore = new Set(orders);
      const failures: unknown[] = [];
      for (const order of orders.filter((one) => before.has(one)))
        try {
          for (const recording of await erase.finish(order)) onDeleted(recording);
          ordersBefore.delete(order);
        } catch (error) {
          failures.push(error);
        }
      if (failures.length > 0) throw failures[0];
    },

    /** Whether there are orders that are to be looked at again soon. */
    hasOrders: (): boolean => ordersBefore.size > 0,
  };
}
