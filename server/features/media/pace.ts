import { monotonicTime } from '../../lib/clock.ts';

/** After how many copies it is known how long all take. */
const minCopies = 8;

/**
 * Counts copies, `total` of them, that must not take longer than `limitMs` together.
 * @returns to be called after each; throws as soon as the first have taken so long that all would
 *   take too long, rather than when the time is over and most of them are made, and paid for
 */
export function createPace(total: number, limitMs: number, now: () => number = monotonicTime): () => void {
  const began = now();
  let done = 0;
  return () => {
    done += 1;
    const expectedMs = ((now() - began) / done) * total;
    if (done >= minCopies && expectedMs > limitMs)
      throw new Error(
        `${total} copies would take ${Math.round(expectedMs)} ms, ${limitMs} at most are given`,
      );
  };
}
