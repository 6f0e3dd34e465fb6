import { mediaSuffix } from '@reelroom/shared';
import type { Storage } from '../../plugins/storage.ts';
import type { Lifecycle } from './lifecycle.ts';
import { allSegments } from './segments.ts';

/** Sees recordings through that nobody else does. */
export type Sweep = () => Promise<void>;

/**
 * Finds recordings of which only segments are left, since LiveKit has forgotten them,
 * and has them made whole. Segments are taken away once a recording has ended, so that
 * those which are there twice, and are of none under way, are nobody's. One LIST.
 */
export function createSweeper({
  storage,
  lifecycle,
  path,
}: {
  storage: Storage;
  lifecycle: Lifecycle;
  path: string;
}): Sweep {
  let seenBefore = new Set<string>();

  return async () => {
    const seen = new Set<string>();
    for await (const name of storage.folders(allSegments(path))) seen.add(name + mediaSuffix);
    for (const name of seen)
      if (seenBefore.has(name) && !lifecycle.isLive(name)) await lifecycle.recover(name);
    seenBefore = seen;
  };
}
