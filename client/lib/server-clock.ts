/** How far this computer's clock is behind the server's, in ms; a difference under 2 s is network noise. */
let behind = 0;

/** Takes note of the `Date` header of an answer. */
export function syncServerClock(date: string | null): void {
  const difference = Date.parse(date ?? '') - Date.now();
  if (!Number.isNaN(difference)) behind = Math.abs(difference) < 2000 ? 0 : difference;
}

/** The time on the server's clock, in ms since 1970: what elapsed times are counted against. */
export const serverTime = () => Date.now() + behind;
