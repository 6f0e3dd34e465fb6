import { randomUUID } from 'node:crypto';
import type { Entry } from '../../adapters/redis/stream.ts';

/**
 * The last `limit` events, in order. Each has an increasing position. Readers hold only a position, so that a
 * slow one costs no memory: once behind the oldest event it gets `'forgotten'`.
 */
export function createHistory<Event>(limit: number) {
  let entries: Entry<Event>[] = [];
  /** The position of the oldest event. */
  let start = 0;
  /** The id of the event before the oldest. */
  let idBefore: string = randomUUID();

  const end = () => start + entries.length;

  return {
    add(entry: Entry<Event>): void {
      entries.push(entry);
      if (entries.length <= limit) return;
      idBefore = entries.shift()?.id ?? idBefore;
      start += 1;
    },

    /** Drops all events, so that every reader is behind; reading resumes after `id`. */
    clear(id: string = randomUUID()): void {
      start = end() + 1;
      entries = [];
      idBefore = id;
    },

    /** The position after the last event, and the id that resumes there. */
    end: (): { position: number; id: string } => ({ position: end(), id: entries.at(-1)?.id ?? idBefore }),

    /** The position after the event with this id; undefined where it is unknown or dropped. */
    positionAfter(id: string): number | undefined {
      if (id === idBefore) return start;
      const index = entries.findLastIndex((entry) => entry.id === id);
      return index === -1 ? undefined : start + index + 1;
    },

    /** The event at a position; undefined where there is none yet, `'forgotten'` where it was dropped. */
    at: (position: number): Entry<Event> | 'forgotten' | undefined =>
      position < start ? 'forgotten' : entries[position - start],
  };
}
