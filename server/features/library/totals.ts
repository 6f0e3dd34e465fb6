import type { Recording, Totals } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { LRUCache } from 'lru-cache';
import { monotonicTime } from '../../lib/clock.ts';
import type { Events } from '../events/events.ts';

/** After how long they are counted anew, in ms, should this process have missed something. */
const recountAfterMs = 10 * 60_000;

/** Of how many recordings is remembered what was heard last: each app process tells of an end that it saw to. */
const maxLastSeen = 1_000;

/** Of how many rooms at most recordings are counted for each. */
const maxRooms = 10_000;

/** What was counted. */
interface Count extends Totals {
  /** Recordings of each room; nothing where there are too many rooms. */
  rooms: Map<string, number> | undefined;
}

function add(to: Count, by: 1 | -1, { roomName, size }: Recording): void {
  to.count += by;
  to.bytes += by * size;
  to.rooms?.set(roomName, (to.rooms.get(roomName) ?? 0) + by);
  if (to.rooms && to.rooms.size > maxRooms) to.rooms = undefined;
}

/**
 * How many recordings there are, in all and of each room, and how large: counted once, in
 * the background, when somebody first asks, and from then on kept by what is heard to happen.
 * @param all every recording of the library
 */
export function createTotals({
  all,
  events,
  log,
}: {
  all: () => AsyncIterable<Recording>;
  events: Events;
  log: FastifyBaseLogger;
}) {
  let counted: Count | undefined;
  let counting: Promise<Count> | undefined;
  let countedAt = -Infinity;
  /** What happens while they are counted, which the count may not know of. */
  let hasChanged = false;
  const closing = new AbortController();

  async function count(): Promise<Count> {
    const sum: Count = { count: 0, bytes: 0, rooms: new Map() };
    hasChanged = false;
    for await (const recording of all()) add(sum, 1, recording);
    counted = sum;
    countedAt = hasChanged ? -Infinity : monotonicTime();
    return sum;
  }

  /** By name: whether it was last heard to be there, or to be gone. */
  const lastSeen = new LRUCache<string, boolean>({ max: maxLastSeen });

  function apply(isThere: boolean, recording: Recording): void {
    if (lastSeen.get(recording.name) === isThere) return;
    lastSeen.set(recording.name, isThere);
    hasChanged = true;
    if (counted) add(counted, isThere ? 1 : -1, recording);
  }

  async function follow(): Promise<void> {
    for await (const { event } of events.subscribe({ signal: closing.signal }))
      if (event.type === 'reset') countedAt = -Infinity;
      else if (event.type === 'recording-ready' || event.type === 'recording-failed')
        apply(true, event.recording);
      else if (event.type === 'recording-deleted') apply(false, event.recording);
  }
  const following = follow();

  return {
    /**
     * How many recordings have ended and are there, and their bytes. No S3 request but for
     * the first time, when it waits for the count: one LIST for 1,000 recordings.
     */
    async get(): Promise<Totals> {
      if (!counted || monotonicTime() - countedAt > recountAfterMs) {
        counting ??= count().finally(() => (counting = undefined));
        counting.catch((error: unknown) => log.warn({ err: error }, 'the recordings were not counted'));
      }
      const { count: recordings = 0, bytes = 0 } = counted ?? (await counting) ?? {};
      return { count: recordings, bytes };
    },

    /** How many recordings of a room there are, where that is known; no request. */
    countOf: (roomName: string): number | undefined => counted?.rooms?.get(roomName),

    async close(): Promise<void> {
      closing.abort();
      await following;
    },
  };
}

export type TotalsReader = ReturnType<typeof createTotals>;
