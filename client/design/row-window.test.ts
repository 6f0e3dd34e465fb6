import fc from 'fast-check';
import t from 'tap';
import { rangeAt, shiftOf } from './row-window.ts';

t.test('few rows are there, however many there are', async (t) => {
  const at = (above: number, count = 10_000) => rangeAt({ above, height: 800, rowHeight: 80, count });
  t.same(at(0), { from: 0, to: 20 });
  t.same(at(-400), { from: 0, to: 16 }, 'the list begins in the middle of the screen');
  t.same(at(400_000), { from: 4_992, to: 5_020 });
  t.same(at(10_000 * 80), { from: 9_992, to: 10_000 });
  t.same(at(0, 3), { from: 0, to: 3 });
  t.same(at(50_000, 3), { from: 3, to: 3 }, 'scrolled past what is left of it');
});

t.test('every row that is on screen is there', async () => {
  const sizes = {
    height: fc.integer({ min: 100, max: 3_000 }),
    rowHeight: fc.integer({ min: 40, max: 120 }),
  };
  fc.assert(
    fc.property(
      fc.record({ ...sizes, count: fc.nat(5_000), above: fc.integer({ min: -2_000, max: 600_000 }) }),
      ({ height, rowHeight, count, above }) => {
        const { from, to } = rangeAt({ above, height, rowHeight, count });
        const first = Math.max(0, Math.floor(above / rowHeight));
        const last = Math.min(count, Math.ceil((above + height) / rowHeight));
        return first >= last || (from <= first && to >= last && to - from <= height / rowHeight + 30);
      },
    ),
  );
});

t.test('a row stays where it is on screen', async (t) => {
  const before = ['a', 'b', 'c', 'd'];
  t.equal(shiftOf(before, ['new', ...before], 2), 1, 'one came above it');
  t.equal(shiftOf(before, ['b', 'c', 'd'], 2), -1, 'one went above it');
  t.equal(shiftOf(before, [...before, 'e'], 2), 0, 'one came below it');
  t.equal(shiftOf(before, ['a', 'b', 'd'], 2), 0, 'it went itself: the next one takes its place');
  t.equal(shiftOf(before, ['b', 'd'], 2), -1, 'and one above it');
  t.equal(shiftOf(before, [], 2), 0);
  t.equal(shiftOf([], before, 0), 0);
});
