import fc from 'fast-check';
import t from 'tap';
import { formatDate, formatDuration, formatSize, hue, initials } from './format.ts';

t.test('durations', async (t) => {
  t.equal(formatDuration(0), '0:00');
  t.equal(formatDuration(7_999), '0:07');
  t.equal(formatDuration(750_000), '12:30');
  t.equal(formatDuration(3_723_000), '1:02:03');
  t.equal(formatDuration(-5_000), '0:00', 'a clock that is ahead');
  fc.assert(fc.property(fc.nat(1e9), (ms) => /^(\d+:)?[0-5]?\d:[0-5]\d$/.test(formatDuration(ms))));
});

t.test('sizes', async (t) => {
  const size = (bytes: number) => formatSize(bytes, 'en');
  t.equal(size(0), '0B');
  t.equal(size(745_902), '746 kB');
  t.equal(size(999_700), '1 MB');
  t.equal(size(24_080_000), '24.1 MB');
  t.equal(size(3.2e12), '3.2 TB');
  t.equal(formatSize(24_080_000, 'de'), '24,1 MB', 'as the reader writes numbers');
  fc.assert(fc.property(fc.nat(), (bytes) => !/1[,.]?000/.test(size(bytes))));
});

t.test('dates are written in the reader’s way', async (t) => {
  const date = new Date(2026, 0, 31, 10, 15).getTime();
  t.match(formatDate(date, 'en-GB'), /31 Jan 2026/);
  t.match(formatDate(date, 'de'), /31\.01\.2026/);
});

t.test('initials', async (t) => {
  t.equal(initials('Ana María'), 'AM');
  t.equal(initials('  bo '), 'B');
  t.equal(initials('Grace Brewster Murray Hopper'), 'GH');
  t.equal(initials('👩‍🚀 Émile'), '👩‍🚀É', 'signs of several code points stay whole');
  t.equal(initials(''), '');
});

t.test('a hue is a hue', async () => {
  fc.assert(fc.property(fc.string(), (text) => hue(text) >= 0 && hue(text) < 360 && hue(text) === hue(text)));
});
