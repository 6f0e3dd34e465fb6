import type { Recording, Totals } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { LRUCache } from 'lru-cache';
import { monotonicTime } from '../../lib/clock.ts';
import type { Events } from '../events/events.ts';

/** The age at which totals are recounted, in ms, in case this process missed an event. */
const recountAfterMs = 10 * 60_000;

/** For how many recordings the last event is remembered, to ignore duplicates of several processes. */
const maxLastSeen = 1_000;

/** The most rooms with a count of their own. */
const maxRooms = 10_000;

/** The totals, with a count per room. */
interface Count extends Totals {
  /** Recordings per room; undefined where there are too many rooms. */
  rooms: Map<string, number> | undefined;
}

function add(to: Count, by: 1 | -1, { roomName, size }: Recording): void {
  to.count += by;
  to.bytes += by * size;
  to.rooms?.set(roomName, (to.rooms.get(roomName) ?? 0) + by);
  if (to.rooms && to.rooms.size > maxRooms) to.rooms = undefined;
}

/**
 * The number and size of recordings, in total and per room: counted in the background on first use, then kept
 * up to date by events.
 * @param all every recording of the library
 */
export function createTotals({
  all,
  events,
  log,
}: {
  all: () => AsyncIterable<Recording>;
  events: Pick<Events, 'listen'>;
  log: FastifyBaseLogger;
}) {
  let counted: Count | undefined;
  let counting: Promise<Count> | undefined;
  let countedAt = -Infinity;
  /** Whether an event arrived during a count, which may have missed it. */
  let hasChanged = false;

  async function count(): Promise<Count> {
    const sum: Count = { count: 0, bytes: 0, rooms: new Map() };
    hasChanged = false;
    for await (const recording of all()) add(sum, 1, recording);
    counted = sum;
    countedAt = hasChanged ? -Infinity : monotonicTime();
    return sum;
  }

  /** By name: whether the last event said that the recording exists. */
  const lastSeen = new LRUCache<string, boolean>({ max: maxLastSeen });

  function apply(isThere: boolean, recording: Recording): void {
    if (lastSeen.get(recording.name) === isThere) return;
    lastSeen.set(recording.name, isThere);
    hasChanged = true;
    if (counted) add(counted, isThere ? 1 : -1, recording);
  }

  const stop = events.listen((event) => {
    switch (event.type) {
      case 'reset':
        countedAt = -Infinity;
        break;
      case 'recording-ready':
      case 'recording-failed':
      case 'recording-restored':
        apply(true, event.recording);
        break;
      case 'recording-trashed':
        apply(false, event.recording);
        break;
      case 'recording-deleted':
        // What was in the trash is not counted.
        if (event.recording.trashedAt === undefined) apply(false, event.recording);
        break;
    }
  });

  return {
    /**
     * The number of ended recordings, and their bytes. No S3 request after the first call, which waits for
     * the count: one LIST per 1,000 recordings.
     */
    async get(): Promise<Totals> {
      if (!counted || monotonicTime() - countedAt > recountAfterMs) {
        counting ??= count().finally(() => (counting = undefined));
        counting.catch((error: unknown) => log.warn({ err: error }, 'the recordings could not be counted'));
      }
      const { count: recordings = 0, bytes = 0 } = counted ?? (await counting) ?? {};
      return { count: recordings, bytes };
    },

    /** How many recordings a room has, where that is known; no request. */
    countOf: (roomName: string): number | undefined => counted?.rooms?.get(roomName),

    close: stop,
  };
}

export type TotalsReader = ReturnType<typeof createTotals>;
