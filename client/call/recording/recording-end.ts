/** The room is warned this many minutes before the maximum length is reached. */
const warnAt = [1, 5];

/** The warning that is due: minutes until the recording reaches the maximum length. */
export function minutesToWarnOf(endsAt: number, now: number): number | undefined {
  const left = (endsAt - now) / 60_000;
  return left > 0 ? warnAt.find((minutes) => left <= minutes) : undefined;
}

/** The warning itself. */
export const limitWarning = (minutes: number) =>
  `Recording stops in ${minutes === 1 ? '1 minute' : `${minutes} minutes`} (maximum length).`;

/** When a recording ends unless somebody continues it: `in 42 seconds`. */
export function secondsLeft(until: number, now: number): string {
  const seconds = Math.ceil((until - now) / 1_000);
  if (seconds <= 0) return 'now';
  return seconds === 1 ? 'in a second' : `in ${seconds} seconds`;
}
