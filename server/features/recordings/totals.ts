import type { Recording, Totals } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { Events } from '../events/events.ts';

/** After how long they are counted anew, in ms, should this process have missed something. */
const recountAfterMs = 10 * 60_000;

/** How many recordings are remembered as counted: each app process tells of an end that it saw to. */
const remembered = 1_000;

/**
 * How many recordings there are, and how large: counted once, in the background, when
 * somebody first asks, and from then on kept by what is heard to happen.
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
  let totals: Totals | undefined;
  let counting: Promise<Totals> | undefined;
  let countedAt = 0;
  /** What happens while they are counted, which the count may not know of. */
  let hasMissed = false;
  const closing = new AbortController();

  async function count(): Promise<Totals> {
    const sum = { count: 0, bytes: 0 };
    hasMissed = false;
    for await (const { size } of all()) {
      sum.count += 1;
      sum.bytes += size;
    }
    totals = sum;
    countedAt = hasMissed ? 0 : Date.now();
    return sum;
  }

  const counted = new Set<string>();

  function change(by: number, bytes: number): void {
    hasMissed = true;
    if (totals) totals = { count: totals.count + by, bytes: totals.bytes + bytes };
  }

  function add({ name, size }: Recording): void {
    if (counted.has(name)) return;
    counted.add(name);
    for (const oldest of counted) {
      if (counted.size <= remembered) break;
      counted.delete(oldest);
    }
    change(1, size);
  }

  function remove({ name, size }: Recording): void {
    counted.delete(name);
    change(-1, -size);
  }

  async function follow(): Promise<void> {
    for await (const { event } of events.subscribe({ signal: closing.signal }))
      if (event.type === 'reset') countedAt = 0;
      else if (event.type === 'recording-ready' || event.type === 'recording-failed') add(event.recording);
      else if (event.type === 'recording-deleted') remove(event.recording);
  }
  const following = follow();

  return {
    /**
     * How many recordings have ended and are there, and their bytes. No S3 request but for
     * the first time, when it waits for the count: one LIST for 1,000 recordings.
     */
    async get(): Promise<Totals> {
      if (!totals || Date.now() - countedAt > recountAfterMs) {
        counting ??= count().finally(() => (counting = undefined));
        counting.catch((error: unknown) => log.warn({ err: error }, 'the recordings were not counted'));
      }
      return totals ?? (await counting) ?? { count: 0, bytes: 0 };
    },

    async close(): Promise<void> {
      closing.abort();
      await following;
    },
  };
}
