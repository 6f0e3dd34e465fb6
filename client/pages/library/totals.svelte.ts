import type { Totals } from '@reelroom/shared';
import { trpc } from '../../app/trpc.ts';

/** Changes within this time, in ms, cause one request. */
const debounceMs = 300;

let totals = $state.raw<Totals>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** How many recordings the library has, and their bytes; unknown until the first answer. */
export const library = {
  get totals() {
    return totals;
  },
};

async function ask(): Promise<void> {
  timer = undefined;
  // The last totals stay when the request fails.
  totals = await trpc.recordings.totals.query().catch(() => totals);
}

/** Fetches the totals after the delay, once for all changes until then. */
export function countAgain(): void {
  timer ??= setTimeout(ask, debounceMs);
}
