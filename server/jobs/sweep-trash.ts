import type { Recording } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import pMap from 'p-map';
import { wallTime } from '../lib/clock.ts';
import type { Storage } from '../adapters/s3/bucket.ts';
import type { Index } from '../features/index/store.ts';
import type { Library } from '../features/library/recordings.ts';
import { clocksDiffer } from './clocks-differ.ts';

const dayMs = 24 * 60 * 60_000;

/** The most deletions per run. */
const perRound = 100;

/** How old an entry must be to be checked, in ms: a younger one may be being written. */
const settledMs = 60_000;

const maxConcurrent = 16;

/** Deletes what has been in the trash for long; whether more remains. */
export type SweepTrash = () => Promise<boolean>;

/**
 * Deletes for good what has been in the trash for `days`, a hundred recordings at most per run: the index
 * yields candidates, their manifests decide. Puts right the entries of recordings whose move to the trash was
 * interrupted: each entry of the trash is checked once, when it is a minute old. One LIST per 1,000 entries,
 * some six requests for each to check, and those of {@link Library.deleteFromTrash}.
 */
export function createSweepTrash({
  index,
  library,
  storage,
  days,
  log,
}: {
  index: Pick<Index, 'inTrash'>;
  library: Pick<Library, 'deleteFromTrash' | 'healEntries'>;
  storage: Pick<Storage, 'now'>;
  days: number;
  log: FastifyBaseLogger;
}): SweepTrash {
  /** Entries that were written before, by S3's clock, are checked. */
  let checkedUntil = -Infinity;

  return async () => {
    const before = wallTime() - days * dayMs;
    const expired: Recording[] = [];
    const unchecked: { recording: Recording; writtenAt: number }[] = [];
    for await (const { recording, lastModified } of index.inTrash()) {
      if ((recording.trashedAt ?? Infinity) <= before) expired.push(recording);
      else if (lastModified.getTime() >= checkedUntil)
        unchecked.push({ recording, writtenAt: lastModified.getTime() });
    }
    const until = storage.now().getTime() - settledMs;
    await pMap(
      unchecked.filter(({ writtenAt }) => writtenAt < until),
      ({ recording }) => library.healEntries(recording),
      { concurrency: maxConcurrent },
    );
    checkedUntil = until;
    // The LIST has updated S3's time.
    if (expired.length === 0 || clocksDiffer({ storage, log }, 'the emptying of the trash')) return false;
    const deleted = await library.deleteFromTrash(
      expired.slice(0, perRound),
      ({ trashedAt = Infinity }) => trashedAt <= before,
    );
    log.info({ recordings: deleted, days }, 'deleted recordings that were in the trash for TRASH_DAYS');
    return expired.length > perRound;
  };
}
