import { mediaSuffix } from '@reelroom/shared';
import { monotonicTime } from '../lib/clock.ts';
import type { Storage } from '../adapters/s3/bucket.ts';
import type { Backup } from '../features/recording/backup.ts';
import type { Lifecycle } from '../features/recording/lifecycle.ts';
import { segmentsRoot, listSegments } from '../bucket/layout.ts';

/** After how long, in ms, one of which something is left is looked at again: doubled each time. */
const firstPauseMs = 60_000;
const longestPauseMs = 6 * 60 * 60_000;

/**
 * Finds recordings of which only segments are left, or a file that could not be
 * uploaded, since LiveKit has forgotten them, and has them made whole. Segments are taken
 * away once a recording has ended, so that those which were there the last time, are no
 * more now, and are of none under way, are nobody's. One LIST, and one for each such
 * recording; what could not be made whole keeps its segments, and is looked at ever less often.
 */
export function createRecoverOrphans({
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
  /** When one that was seen to is looked at again, by the monotonic clock, if something is still left of it. */
  let retries = new Map<string, { dueAt: number; pauseMs: number }>();

  /** The names of those of which there is something: in the recorders' folder, in the bucket, or in both. */
  async function candidates(): Promise<Map<string, 'backup' | 'bucket'>> {
    const found = new Map<string, 'backup' | 'bucket'>();
    for (const name of (await backup?.names()) ?? []) found.set(name, 'backup');
    for await (const folder of storage.folders(segmentsRoot(path))) found.set(folder + mediaSuffix, 'bucket');
    return found;
  }

  return {
    /** Throws, when all have been looked at, what went wrong with one. */
    async run(): Promise<void> {
      const found = await candidates();
      const before = lastSegments;
      lastSegments = new Map();
      retries = new Map([...retries].filter(([name]) => found.has(name)));
      const failures: unknown[] = [];
      for (const [name, place] of found) {
        const { dueAt = 0, pauseMs = firstPauseMs } = retries.get(name) ?? {};
        if (lifecycle.isLive(name) || monotonicTime() < dueAt) continue;
        try {
          const last = place === 'bucket' ? (await listSegments(storage, path, name)).at(-1) : undefined;
          lastSegments.set(name, last);
          if (!before.has(name) || before.get(name) !== last) continue;
          await lifecycle.recover(name, place === 'backup' ? await backup?.leftAt(name) : undefined);
          retries.set(name, {
            dueAt: monotonicTime() + pauseMs,
            pauseMs: Math.min(2 * pauseMs, longestPauseMs),
          });
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },

    /** Whether there is something that is to be looked at again soon. */
    hasSuspects: (): boolean => [...lastSegments.keys()].some((name) => !retries.has(name)),
  };
}
