import { mediaSuffix } from '@reelroom/shared';
import type { Storage } from '../../plugins/storage/storage.ts';
import type { Backup } from './backup.ts';
import type { Lifecycle } from './lifecycle.ts';
import { allSegments, listSegments } from './segments.ts';

/**
 * Finds recordings of which only segments are left, or a file that could not be
 * uploaded, since LiveKit has forgotten them, and has them made whole. Segments are taken
 * away once a recording has ended, so that those which were there the last time, are no
 * more now, and are of none under way, are nobody's. One LIST, and one for each such recording.
 */
export function createSweeper({
  storage,
  backup,
  lifecycle,
  path,
}: {
  storage: Storage;
  backup: Backup | undefined;
  lifecycle: Pick<Lifecycle, 'isLive' | 'recover'>;
  path: string;
}) {
  /** The last segment of each that was seen the last time. */
  let lastSegments = new Map<string, string | undefined>();

  /** Everything of which there is something, by name, with its last segment. */
  async function* candidates(): AsyncGenerator<[string, string | undefined]> {
    for (const name of (await backup?.names()) ?? []) yield [name, undefined];
    for await (const folder of storage.folders(allSegments(path))) {
      const name = folder + mediaSuffix;
      yield [name, (await listSegments(storage, path, name)).at(-1)];
    }
  }

  return async (): Promise<void> => {
    const before = lastSegments;
    lastSegments = new Map();
    for await (const [name, last] of candidates()) {
      if (lifecycle.isLive(name)) continue;
      lastSegments.set(name, last);
      if (before.has(name) && before.get(name) === last) await lifecycle.recover(name);
    }
  };
}
