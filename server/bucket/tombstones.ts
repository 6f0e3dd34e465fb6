import { parseRecordingName, type Recording } from '@reelroom/shared';
import pMap from 'p-map';
import { wallTime } from '../lib/clock.ts';
import type { Storage } from '../adapters/s3/bucket.ts';

/** How long a tombstone is kept, in ms: LiveKit reports an ended egress for a day. */
const keptMs = 25 * 60 * 60_000;

const maxConcurrent = 16;

/**
 * Marks recordings that LiveKit still reports as deleted: an empty object each, for a day, so that a slower
 * process does not take a deleted recording for a failed one.
 */
export function createTombstones({
  storage,
  path,
}: {
  storage: Pick<Storage, 'putEmpty' | 'head' | 'list' | 'deleteMany'>;
  path: string;
}) {
  const folder = `${path}.reelroom/deleted/`;

  return {
    /**
     * Puts tombstones for recordings that LiveKit may still report: a PUT each, none for those that ended
     * over a day ago.
     */
    async put(recordings: Recording[]): Promise<void> {
      const now = wallTime();
      const young = recordings.filter(
        // LiveKit reports no egress under other names.
        ({ name, startedAt, durationMs = 0 }) =>
          parseRecordingName(name) && now - startedAt - durationMs < keptMs,
      );
      await pMap(young, ({ name }) => storage.putEmpty(folder + name), { concurrency: maxConcurrent });
    },

    /** Whether a recording was deleted within the last day: one HEAD. */
    has: async (name: string): Promise<boolean> => (await storage.head(folder + name)).status === 200,

    /** Removes tombstones older than a day: a LIST, and a DELETE where there are any. */
    async removeExpired(): Promise<void> {
      const expired: string[] = [];
      for await (const { key, lastModified } of storage.list(folder))
        if (wallTime() - lastModified.getTime() > keptMs) expired.push(key);
      if (expired.length > 0) await storage.deleteMany(expired);
    },
  };
}

export type Tombstones = ReturnType<typeof createTombstones>;
