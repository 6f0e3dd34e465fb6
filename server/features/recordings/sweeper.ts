import { mediaSuffix } from '@reelroom/shared';
import type { Storage } from '../../plugins/storage.ts';
import type { Erase } from './erase.ts';
import type { IndexBuilder } from './index/builder.ts';
import type { Library } from './library.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Retain } from './retention.ts';
import { allSegments } from './segments.ts';

/** Sees to what nobody else does. */
export type Sweep = () => Promise<void>;

/**
 * Finds recordings of which only segments are left, since LiveKit has forgotten them,
 * and has them made whole. Segments are taken away once a recording has ended, so that
 * those which are there twice, and are of none under way, are nobody's. In the same way
 * finds orders to delete whose process has died, and carries them out. Looks whether the
 * index is still there. Two LISTs and a HEAD.
 */
export function createSweeper({
  storage,
  lifecycle,
  library,
  erase,
  builder,
  retain,
  path,
}: {
  storage: Storage;
  lifecycle: Lifecycle;
  library: Library;
  erase: Erase;
  builder: IndexBuilder;
  /** Deletes what is too old; nothing is when absent. */
  retain: Retain | undefined;
  path: string;
}): Sweep {
  let seenBefore = new Set<string>();
  let ordersBefore = new Set<string>();

  async function finishDeleting(): Promise<void> {
    const orders = await erase.pending();
    for (const order of orders)
      if (ordersBefore.has(order))
        await erase.finish(order, (name) => library.get(name).catch(() => undefined));
    ordersBefore = new Set(orders);
  }

  return async () => {
    const seen = new Set<string>();
    for await (const name of storage.folders(allSegments(path))) seen.add(name + mediaSuffix);
    for (const name of seen)
      if (seenBefore.has(name) && !lifecycle.isLive(name)) await lifecycle.recover(name);
    seenBefore = seen;

    await finishDeleting();
    await builder.look();
    if (await builder.whenBuilt(0)) await retain?.();
  };
}
