import type { FastifyBaseLogger } from 'fastify';
import { monotonicTime, wallTime } from '../../clock.ts';
import { wantedBy } from './index/filter.ts';
import { oldestFirst } from './index/oldest-first.ts';
import type { Index } from './index/store.ts';
import type { Library } from './library.ts';

const dayMs = 24 * 60 * 60_000;

/** How much time is between two rounds, in ms, and how many recordings one deletes at most. */
const everyMs = 60_000;
const perRound = 100;

/** Deletes what is too old. */
export type Retain = () => Promise<void>;

/**
 * Deletes recordings that are older than `days` and that nobody keeps, oldest first, a
 * hundred a minute at most, however often it is called. What is listed decides what is looked
 * at, its manifest whether it goes.
 */
export function createRetention({
  index,
  library,
  days,
  log,
}: {
  index: Index;
  library: Library;
  days: number;
  log: FastifyBaseLogger;
}): Retain {
  let calledAt = -Infinity;
  /** Behind those that are kept, so that many of them do not hide what is to go. */
  let position: string | undefined;

  return async () => {
    if (monotonicTime() - calledAt < everyMs) return;
    calledAt = monotonicTime();
    const before = wallTime() - days * dayMs;
    const old = wantedBy({ to: new Date(before).toISOString() });
    const found = await oldestFirst(index, old, { after: position, limit: perRound });
    position = found.position;
    const names = found.recordings.filter(({ keep }) => !keep).map(({ name }) => name);
    if (names.length === 0) return;
    await library.deleteWhere(names, ({ keep, startedAt }) => !keep && startedAt < before);
    log.info({ names, days }, 'recordings older than RETENTION_DAYS are deleted');
  };
}
