import { mediaSuffix } from '@reelroom/shared';
import { createBackOff } from '../lib/back-off.ts';
import type { Storage } from '../adapters/s3/bucket.ts';
import type { Backup } from '../features/recording/backup.ts';
import type { Lifecycle } from '../features/recording/lifecycle.ts';
import { segmentsRoot, listSegments } from '../bucket/layout.ts';

/** The pauses before a recording that keeps its segments is retried. */
const pauses = { firstMs: 60_000, longestMs: 6 * 60 * 60_000 };

/**
 * Finalises orphans: recordings that LiveKit has forgotten, of which only segments are left, or a file that
 * could not be uploaded. A segment folder whose last segment has not changed since the previous run, and that
 * belongs to no live recording, is orphaned; so is a backup file, unless it is another library's. One LIST,
 * and one for each candidate; one LiveKit request where there are backup files. A recording that could not be
 * rebuilt keeps its segments and is retried ever less often.
 */
export function createRecoverOrphans({
  storage,
  backup,
  lifecycle,
  path,
}: {
  storage: Storage;
  backup: Backup | undefined;
  lifecycle: Pick<Lifecycle, 'isLive' | 'ownAmong' | 'recover'>;
  path: string;
}) {
  /** The last segment of each candidate in the previous run. */
  let lastSegments = new Map<string, string | undefined>();
  const retries = createBackOff(pauses);

  /** The names of this library's recordings with a backup file. */
  async function leftInBackup(): Promise<string[]> {
    if (!backup) return [];
    const isShared = await backup.join();
    return lifecycle.ownAmong(await backup.names(), isShared);
  }

  /** The names of recordings with a backup file, or with segments in the bucket. */
  async function candidates(): Promise<Map<string, 'backup' | 'bucket'>> {
    const found = new Map<string, 'backup' | 'bucket'>();
    for (const name of await leftInBackup()) found.set(name, 'backup');
    for await (const folder of storage.folders(segmentsRoot(path))) found.set(folder + mediaSuffix, 'bucket');
    return found;
  }

  return {
    /** Throws the first failure after all were tried. */
    async run(): Promise<void> {
      const found = await candidates();
      const before = lastSegments;
      lastSegments = new Map();
      retries.keepOnly(found);
      const failures: unknown[] = [];
      for (const [name, place] of found) {
        if (lifecycle.isLive(name) || retries.isPausing(name)) continue;
        try {
          const last = place === 'bucket' ? (await listSegments(storage, path, name)).at(-1) : undefined;
          lastSegments.set(name, last);
          if (!before.has(name) || before.get(name) !== last) continue;
          await lifecycle.recover(name, place === 'backup' ? await backup?.leftAt(name) : undefined);
          retries.pause(name);
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },

    /** Whether there are candidates to check again soon. */
    hasSuspects: (): boolean => [...lastSegments.keys()].some((name) => !retries.has(name)),
  };
}
