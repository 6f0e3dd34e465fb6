import { z } from 'zod';

function isKnown(timeZone: string): boolean {
  try {
    Intl.DateTimeFormat(undefined, { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** The message for an invalid time zone. */
export const invalidTimeZone = 'tz must be a time zone by its IANA name, given once, such as Europe/Madrid';

/** A reader's time zone by its IANA name; offsets are invalid, since they have no summer time. */
export const timeZoneSchema = z
  .string({ error: invalidTimeZone })
  .refine((name) => /^[A-Za-z]/.test(name) && isKnown(name), { error: invalidTimeZone })
  .meta({ enum: ['UTC', ...Intl.supportedValuesOf('timeZone')] })
  .describe(
    "The reader's time zone, for the times in names; other names that IANA has for these are taken, too",
  );

/** Local time for a reader. */
export interface WallClock {
  /** A time as a `Date` whose UTC fields are the reader's local ones. */
  at: (ms: number) => Date;
  /** The suffix of such a time where the zone is unknown: ` UTC`. */
  suffix: string;
}

/** The clock of a reader in `timeZone`; UTC with a suffix when absent. */
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
