/** Minutes before the longest a recording may be at which the room is warned. */
const warnAt = [1, 5];

/** How many minutes a recording goes on at most, once it is time to warn of that. */
export function minutesToWarnOf(endsAt: number, now: number): number | undefined {
  const left = (endsAt - now) / 60_000;
  return left > 0 ? warnAt.find((minutes) => left <= minutes) : undefined;
}

/** The warning itself. */
export const limitWarning = (minutes: number) =>
  `The recording ends in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}: then it is as long as a recording may be.`;

/** When a recording ends that nobody answers for: `in 42 seconds`. */
export function secondsLeft(until: number, now: number): string {
  const seconds = Math.ceil((until - now) / 1_000);
  if (seconds <= 0) return 'now';
  return seconds === 1 ? 'in a second' : `in ${seconds} seconds`;
}
