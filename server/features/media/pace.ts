import { monotonicTime } from '../../lib/clock.ts';

/** After how many copies the total time is extrapolated. */
const minCopies = 8;

/**
 * Watches the pace of `total` copies, which must not take longer than `limitMs` together.
 * @returns a function to call after each copy; it throws as soon as the pace of the first copies is too slow,
 *   rather than at the limit, when most of them are made and paid for
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
