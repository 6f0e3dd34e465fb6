import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { monotonicTime } from '../../lib/clock.ts';
import type { ReindexReport } from './reindex.ts';
import type { Index } from './store.ts';

/** How often the log tells how far it is, in ms. */
const logEveryMs = 5_000;

/**
 * Sees to it that there is an index: builds it where there is none, in the background, at
 * the start of the app or when somebody has taken it away.
 * @param reindex builds it
 * @param onRebuilt hears of an index that somebody else has built anew, as `npm run reindex` does
 */
export function createIndexBuilder({
  index,
  reindex,
  onRebuilt,
  log,
}: {
  index: Index;
  reindex: (onProgress: (report: ReindexReport) => void) => Promise<ReindexReport>;
  onRebuilt: () => void;
  log: FastifyBaseLogger;
}) {
  /** Which build it is of; there is none when absent. */
  let current: string | undefined;
  let building: Promise<void> | undefined;

  async function buildIfMissing(): Promise<void> {
    current = await index.currentBuildId();
    if (current === undefined) {
      log.info('the library has no index yet: it is built from the recordings');
      let loggedAt = monotonicTime();
      const { problems, isWhole, ...counts } = await reindex(({ recordings }) => {
        if (monotonicTime() - loggedAt < logEveryMs) return;
        loggedAt = monotonicTime();
        log.info({ recordings }, 'the index of the library is being built');
      });
      for (const problem of problems) log.warn(`the index passes over ${problem}`);
      if (!isWhole) return log.warn(counts, 'the index of the library lacks what somebody takes away');
      log.info(counts, 'the index of the library is built');
      current = await index.currentBuildId();
    }
  }

  return {
    /**
     * Whether the index holds every recording; waits `ms` at most for one that is being
     * built. One HEAD until it is built, none from then on.
     * @throws {ReelroomError} STORAGE_UNAVAILABLE
     */
    async whenBuilt(ms: number): Promise<boolean> {
      if (current !== undefined) return true;
      building ??= buildIfMissing().finally(() => (building = undefined));
      // Whoever does not wait any longer is not told why it failed.
      building.catch(() => undefined);
      const late = new AbortController();
      await Promise.race([building, sleep(ms, undefined, { signal: late.signal })]).finally(() =>
        late.abort(),
      );
      return current !== undefined;
    },

    /** Looks whether the index is still there, and still the same: one HEAD. */
    async checkBuild(): Promise<void> {
      if (current === undefined) return;
      const previous = current;
      current = await index.currentBuildId();
      if (current !== undefined && current !== previous) onRebuilt();
    },
  };
}

export type IndexBuilder = ReturnType<typeof createIndexBuilder>;
