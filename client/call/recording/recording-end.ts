/** The room is warned this many minutes before the maximum length is reached. */
const warnAt = [1, 5];

/** The warning that is due: minutes until the recording reaches the maximum length. */
export function minutesToWarnOf(endsAt: number, now: number): number | undefined {
  const left = (endsAt - now) / 60_000;
  return left > 0 ? warnAt.find((minutes) => left <= minutes) : undefined;
}

/** How many seconds are left of a recording that nobody answers for. */
export const secondsLeft = (until: number, now: number): number =>
  Math.max(0, Math.ceil((until - now) / 1_000));
