/**
 * The start position of a link, in s, from `83`, `83s`, `1m23s`, `1h2m3s`, `1:23` or `1:02:03`; 0 for anything
 * else.
 */
export function parseStart(text: string | null): number {
  const given = (text ?? '').trim().toLowerCase();
  const clock = /^(?:(?:(\d{1,4}):)?(\d{1,4}):)?(\d{1,6})(?:\.\d*)?$/.exec(given);
  const units = /^(?:(\d{1,4})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s)?$/.exec(given);
  const [, h = '0', m = '0', s = '0'] = clock ?? units ?? [];
  return Number(h) * 3600 + Number(m) * 60 + Number(s);
}

/** The start position in a recording of that length: 0 where it is after the end. */
export const startWithin = (seconds: number, durationMs: number | undefined): number =>
  durationMs !== undefined && seconds * 1000 >= durationMs ? 0 : seconds;
