import fc from 'fast-check';
import t from 'tap';
import { formatDuration } from './duration.ts';

t.test('durations', async (t) => {
  t.equal(formatDuration(0), '0:00');
  t.equal(formatDuration(7_999), '0:07');
  t.equal(formatDuration(750_000), '12:30');
  t.equal(formatDuration(3_723_000), '1:02:03');
  t.equal(formatDuration(-5_000), '0:00', 'a clock that is ahead');
  fc.assert(fc.property(fc.nat(1e9), (ms) => /^(\d+:)?[0-5]?\d:[0-5]\d$/.test(formatDuration(ms))));
});
