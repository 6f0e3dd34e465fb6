/** How far this computer's clock is behind the server's, in ms; a difference under 2 s is network noise. */
let behind = 0;

/** Reads the server's time from a response's `Date` header. */
export function syncServerClock(date: string | null): void {
  const difference = Date.parse(date ?? '') - Date.now();
  if (!Number.isNaN(difference)) behind = Math.abs(difference) < 2000 ? 0 : difference;
}

/** The server's time, in ms since 1970, for elapsed times. */
export const serverTime = () => Date.now() + behind;
