import { randomUUID } from 'node:crypto';
import type { Entry } from '../../adapters/redis/stream.ts';

/**
 * The last `limit` events, in order. Each has a position, a number that only grows.
 * Readers hold a position and nothing else, so that a slow one costs no memory: it falls
 * behind the oldest event, and is told so.
 */
export function createHistory<Event>(limit: number) {
  let entries: Entry<Event>[] = [];
  /** The position of the oldest event. */
  let start = 0;
  /** The id of what came before the oldest event. */
  let idBefore: string = randomUUID();

  const end = () => start + entries.length;

  return {
    add(entry: Entry<Event>): void {
      entries.push(entry);
      if (entries.length <= limit) return;
      idBefore = entries.shift()?.id ?? idBefore;
      start += 1;
    },

    /** Forgets all events, so that every reader has fallen behind; `id` is that of what follows none of them. */
    clear(id: string = randomUUID()): void {
      start = end() + 1;
      entries = [];
      idBefore = id;
    },

    /** The position behind the last event, and the id that resumes there. */
    end: (): { position: number; id: string } => ({ position: end(), id: entries.at(-1)?.id ?? idBefore }),

    /** The position behind the event with this id; nothing where it is not known, or no longer. */
    positionAfter(id: string): number | undefined {
      if (id === idBefore) return start;
      const index = entries.findLastIndex((entry) => entry.id === id);
      return index === -1 ? undefined : start + index + 1;
    },

    /** The event at a position: none there yet, or `'forgotten'`. */
    at: (position: number): Entry<Event> | 'forgotten' | undefined =>
      position < start ? 'forgotten' : entries[position - start],
  };
}
