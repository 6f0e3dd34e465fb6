import fc from 'fast-check';
import t from 'tap';
import { timeZoneSchema, wallClock } from '../features/library/time-zone.ts';

const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
const times = fc.integer({ min: Date.UTC(1980, 0), max: Date.UTC(2107, 0) });

t.test('a clock on the wall shows what the page shows', async () => {
  fc.assert(
    fc.property(zones, times, (timeZone, ms) => {
      const shown = wallClock(timeZone).at(ms);
      const format = { dateStyle: 'full', timeStyle: 'medium' } as const;
      const page = new Intl.DateTimeFormat('en-GB', { ...format, timeZone }).format(ms);
      return new Intl.DateTimeFormat('en-GB', { ...format, timeZone: 'UTC' }).format(shown) === page;
    }),
    { numRuns: 500 },
  );
});

t.test('is less than a day from UTC, and moves on with it but for the hours of a change', async () => {
  fc.assert(
    fc.property(zones, times, fc.integer({ min: 1, max: 59_999 }), (timeZone, ms, step) => {
      const { at } = wallClock(timeZone);
      const seconds = Math.floor((ms + step) / 1_000) - Math.floor(ms / 1_000);
      const moved = at(ms + step).getTime() - at(ms).getTime();
      const isChange = moved !== seconds * 1_000;
      const offset = Math.abs(at(ms).getTime() - ms);
      return offset < 26 * 3_600_000 && (!isChange || Math.abs(moved) % 900_000 < 60_000 || moved < 0);
    }),
  );
});

t.test('says UTC where nobody said for whom it is, and only there', async (t) => {
  t.equal(wallClock(undefined).suffix, ' UTC');
  t.equal(wallClock('UTC').suffix, '');
  t.same(wallClock(undefined).at(1_000), new Date(1_000));
});

t.test('zones have the names that IANA gives them', async (t) => {
  for (const zone of [
    ...['UTC', 'utc', 'America/Los_Angeles', 'Asia/Calcutta', 'Asia/Kolkata', 'Etc/GMT+5', 'EST5EDT'],
    ...Intl.supportedValuesOf('timeZone'),
  ])
    t.equal(timeZoneSchema.safeParse(zone).data, zone, zone);
  for (const none of ['', 'Mars/Olympus', '+05:30', '-0800', 'GMT+5', 'Etc/Unknown', ['UTC', 'UTC'], 5, null])
    t.match(
      timeZoneSchema.safeParse(none).error?.issues,
      [{ message: /^tz must be a time zone/ }],
      String(none),
    );
});
