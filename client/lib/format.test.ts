import fc from 'fast-check';
import t from 'tap';
import { formatDate, formatSize } from './format.ts';

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
