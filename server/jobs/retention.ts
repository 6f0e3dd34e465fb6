import type { Recording } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { wallTime } from '../lib/clock.ts';
import type { Storage } from '../adapters/s3/bucket.ts';
import { compileFilter } from '../features/index/filter.ts';
import { oldestFirst } from '../features/index/oldest-first.ts';
import type { Index } from '../features/index/store.ts';
import type { Library } from '../features/library/recordings.ts';
import { clocksDiffer } from './clocks-differ.ts';

const dayMs = 24 * 60 * 60_000;

/** The most deletions per run. */
const perRound = 100;

/** Deletes expired recordings; whether more remain. */
export type ApplyRetention = () => Promise<boolean>;

/** Whether retention takes a recording after `days`. */
export const isExpired = (
  { keep, startedAt }: Pick<Recording, 'keep' | 'startedAt'>,
  days: number,
): boolean => !keep && startedAt < wallTime() - days * dayMs;

/**
 * Applies retention: deletes recordings older than `days` that are not exempted (`keep`), or moves them to the
 * trash, oldest first, a hundred at most per run. The index yields candidates, their manifests decide. Nothing is deleted while our
 * clock and S3's differ by more than a day: one of them is wrong, and deletion is final.
 */
export function createApplyRetention({
  index,
  library,
  storage,
  days,
  log,
}: {
  index: Index;
  library: Pick<Library, 'deleteWhere'>;
  storage: Pick<Storage, 'now'>;
  days: number;
  log: FastifyBaseLogger;
}): ApplyRetention {
  /** Where the next run continues, so that many exempted recordings do not hide expired ones. */
  let position: string | undefined;

  return async () => {
    const before = wallTime() - days * dayMs;
    const filter = compileFilter({ to: new Date(before).toISOString() });
    const found = await oldestFirst(index, filter, { after: position, limit: perRound });
    position = found.position;
    const names = found.recordings.filter(({ keep }) => !keep).map(({ name }) => name);
    if (names.length === 0) return position !== undefined;
    // The LIST has updated S3's time.
    if (clocksDiffer({ storage, log }, 'retention')) {
      position = undefined;
      return false;
    }
    await library.deleteWhere(names, (recording) => isExpired(recording, days));
    log.info({ names, days }, 'deleted recordings older than RETENTION_DAYS');
    return true;
  };
}
