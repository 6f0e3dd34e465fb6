import type { Recording } from '@reelroom/shared';
import type { Erase } from './erase.ts';
import type { IndexBuilder } from './index/builder.ts';
import type { Retain } from './retention.ts';
import type { Tombstones } from './tombstones.ts';

/**
 * Keeps the library in order: carries out orders to delete whose process has died, which
 * are those that were there the last time, too; looks whether the index is still there;
 * deletes what is too old. A LIST and a HEAD; a LIST more once an hour.
 */
export function createUpkeep({
  erase,
  tombstones,
  builder,
  retain,
  onDeleted,
}: {
  erase: Erase;
  tombstones: Tombstones;
  builder: IndexBuilder;
  /** Deletes what is too old; nothing is when absent. */
  retain: Retain | undefined;
  /** Hears of what has gone by somebody else's order. */
  onDeleted: (recording: Recording) => void;
}) {
  let ordersBefore = new Set<string>();

  async function finishDeleting(): Promise<void> {
    const orders = await erase.pending();
    for (const order of orders)
      if (ordersBefore.has(order)) for (const recording of await erase.finish(order)) onDeleted(recording);
    ordersBefore = new Set(orders);
  }

  return async (): Promise<void> => {
    await finishDeleting();
    await tombstones.sweep();
    await builder.look();
    if (await builder.whenBuilt(0)) await retain?.();
  };
}
