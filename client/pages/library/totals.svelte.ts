import type { Totals } from '@reelroom/shared';
import { trpc } from '../../app/trpc.ts';

/** Several changes in so short a time, in ms, are one question. */
const together = 300;

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
  // What was known stays: a line that is some changes old is better than none.
  totals = await trpc.recordings.totals.query().catch(() => totals);
}

/** Something came or went: asks soon, and once for all that happens until then. */
export function countAgain(): void {
  timer ??= setTimeout(ask, together);
}
