import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { monotonicTime } from '../../lib/clock.ts';
import type { ReindexReport } from './reindex.ts';
import type { Index } from './store.ts';

/** How often progress is logged, in ms. */
const logEveryMs = 5_000;

/**
 * Builds the index in the background where it is missing, at the start of the app or after it was deleted.
 * @param reindex builds it
 * @param onRebuilt called when another process has rebuilt the index, such as `npm run reindex`
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
  /** The id of the current build; absent without an index. */
  let current: string | undefined;
  let building: Promise<void> | undefined;

  async function buildIfMissing(): Promise<void> {
    current = await index.currentBuildId();
    if (current === undefined) {
      log.info('the library has no index yet: building it from the recordings');
      let loggedAt = monotonicTime();
      const { problems, isWhole, ...counts } = await reindex(({ recordings }) => {
        if (monotonicTime() - loggedAt < logEveryMs) return;
        loggedAt = monotonicTime();
        log.info({ recordings }, 'the index of the library is being built');
      });
      for (const problem of problems) log.warn(`the index skips ${problem}`);
      if (!isWhole)
        return log.warn(
          counts,
          'the index of the library is incomplete: entries were deleted while it was built',
        );
      log.info(counts, 'the index of the library is built');
      current = await index.currentBuildId();
    }
  }

  return {
    /**
     * Whether the index is complete; waits `ms` at most for a build in progress. One HEAD until it is built,
     * none from then on.
     * @throws {ReelroomError} STORAGE_UNAVAILABLE
     */
    async whenBuilt(ms: number): Promise<boolean> {
      if (current !== undefined) return true;
      building ??= buildIfMissing().finally(() => (building = undefined));
      // A build that fails after the wait has nobody to report to.
      building.catch(() => undefined);
      const late = new AbortController();
      await Promise.race([building, sleep(ms, undefined, { signal: late.signal })]).finally(() =>
        late.abort(),
      );
      return current !== undefined;
    },

    /** Checks that the index still exists, and is the same build: one HEAD. */
    async checkBuild(): Promise<void> {
      if (current === undefined) return;
      const previous = current;
      current = await index.currentBuildId();
      if (current !== undefined && current !== previous) onRebuilt();
    },
  };
}

export type IndexBuilder = ReturnType<typeof createIndexBuilder>;
