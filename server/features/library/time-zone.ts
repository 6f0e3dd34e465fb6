import { z } from 'zod';

function isKnown(timeZone: string): boolean {
  try {
    Intl.DateTimeFormat(undefined, { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** What is said of a time zone that is none. */
export const invalidTimeZone = 'tz must be a time zone by its IANA name, given once, such as Europe/Madrid';

/** A reader's time zone, as their browser calls it; an offset is none, since it has no summer time. */
export const timeZoneSchema = z
  .string({ error: invalidTimeZone })
  .refine((name) => /^[A-Za-z]/.test(name) && isKnown(name), { error: invalidTimeZone })
  .meta({ enum: ['UTC', ...Intl.supportedValuesOf('timeZone')] })
  .describe(
    "The reader's time zone, for the times in names; other names that IANA has for these are taken, too",
  );

/** What a clock on the wall shows to a reader. */
export interface WallClock {
  /** A time as a `Date` whose UTC fields are those that the reader sees. */
  at: (ms: number) => Date;
  /** What stands behind such a time where nobody said for whom it is: ` UTC`. */
  suffix: string;
}

/** The clock of a reader in `timeZone`; without one it shows UTC, and says so. */
export function wallClock(timeZone: string | undefined): WallClock {
  if (timeZone === undefined) return { at: (ms) => new Date(ms), suffix: ' UTC' };
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone, calendar: 'iso8601', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  return {
    at(ms) {
      const parts = format.formatToParts(ms);
      const field = (type: Intl.DateTimeFormatPartTypes) =>
        Number(parts.find((part) => part.type === type)?.value ?? 0);
      return new Date(
        Date.UTC(
          ...([field('year'), field('month') - 1, field('day')] as const),
          ...([field('hour'), field('minute'), field('second')] as const),
        ),
      );
    },
    suffix: '',
  };
}
