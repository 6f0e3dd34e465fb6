import { parseRecordingName, type Recording } from '@reelroom/shared';
import pMap from 'p-map';
import { wallTime } from '../lib/clock.ts';
import type { Storage } from '../adapters/s3/bucket.ts';

/** For how long, in ms, a deleted recording may be heard of again: LiveKit remembers an egress for a day. */
const rememberedMs = 25 * 60 * 60_000;

const atOnce = 16;

/**
 * Says of recordings that LiveKit still remembers that they were deleted: an empty object each,
 * for a day, so that no process which is slower takes one that is gone for one that failed.
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
    /** Says it of those that LiveKit may remember: a PUT for each, none for what ended more than a day ago. */
    async put(recordings: Recording[]): Promise<void> {
      const now = wallTime();
      const young = recordings.filter(
        // Of others no egress is heard.
        ({ name, startedAt, durationMs = 0 }) =>
          parseRecordingName(name) && now - startedAt - durationMs < rememberedMs,
      );
      await pMap(young, ({ name }) => storage.putEmpty(folder + name), { concurrency: atOnce });
    },

    /** Whether a recording was deleted within the last day: one HEAD. */
    has: async (name: string): Promise<boolean> => (await storage.head(folder + name)).status === 200,

    /** Takes away those that are older than a day: a LIST, and a DELETE where there are any. */
    async sweep(): Promise<void> {
      const over: string[] = [];
      for await (const { key, lastModified } of storage.list(folder))
        if (wallTime() - lastModified.getTime() > rememberedMs) over.push(key);
      if (over.length > 0) await storage.deleteMany(over);
    },
  };
}

export type Tombstones = ReturnType<typeof createTombstones>;
