import type { FastifyBaseLogger } from 'fastify';
import { wallTime } from '../lib/clock.ts';
import type { Storage } from '../adapters/s3/bucket.ts';
import { compileFilter } from '../features/index/filter.ts';
import { oldestFirst } from '../features/index/oldest-first.ts';
import type { Index } from '../features/index/store.ts';
import type { Library } from '../features/library/recordings.ts';

const dayMs = 24 * 60 * 60_000;

/** How many recordings a round deletes at most. */
const perRound = 100;

/** Deletes what is too old; answers whether there is more. */
export type ApplyRetention = () => Promise<boolean>;

/**
 * Deletes recordings that are older than `days` and that nobody keeps, oldest first, a
 * hundred at most each time. What is listed decides what is looked
 * at, its manifest whether it goes. Nothing goes while our clock and S3's differ by more than
 * a day: one of them is wrong, and what is deleted stays so.
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
  /** Behind those that are kept, so that many of them do not hide what is to go. */
  let position: string | undefined;

  return async () => {
    const before = wallTime() - days * dayMs;
    const filter = compileFilter({ to: new Date(before).toISOString() });
    const found = await oldestFirst(index, filter, { after: position, limit: perRound });
    position = found.position;
    const names = found.recordings.filter(({ keep }) => !keep).map(({ name }) => name);
    if (names.length === 0) return position !== undefined;
    // The LIST before has told what time it is at S3.
    const s3Time = storage.now();
    if (Math.abs(s3Time.getTime() - wallTime()) > dayMs) {
      log.error(
        { s3Time },
        "nothing is deleted for its age: this machine's clock and S3's differ by over a day",
      );
      position = undefined;
      return false;
    }
    await library.deleteWhere(names, ({ keep, startedAt }) => !keep && startedAt < before);
    log.info({ names, days }, 'recordings older than RETENTION_DAYS are deleted');
    return true;
  };
}
