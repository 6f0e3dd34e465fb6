import { listInputSchema } from '@reelroom/shared';
import fc from 'fast-check';
import t from 'tap';
import { allRecordings, filterQuery, isDay, isFiltered, parseFilter } from '../../app/library-filter.ts';
import { listInputOf } from './list-input.ts';

t.test('an address says what is shown', async (t) => {
  t.same(parseFilter(''), allRecordings);
  t.equal(filterQuery(allRecordings), '');
  t.same(parseFilter('?room=a%20%26b&q=+x+&status=failed&from=2026-01-31&to=2026-02-28&order=oldest'), {
    ...{ room: 'a &b', search: 'x', status: 'failed' },
    ...{ from: '2026-01-31', to: '2026-02-28', order: 'oldest' },
  });
  t.same(
    parseFilter('?status=starting&from=tomorrow&to=2026-02-30&order=size&x=1'),
    allRecordings,
    'what is not understood is not there',
  );
  t.notOk(isFiltered({ ...allRecordings, order: 'oldest' }));
  t.ok(isFiltered({ ...allRecordings, to: '2026-01-31' }));
});

t.test('a year that is being typed is none', async (t) => {
  for (const day of ['0002-01-01', '0202-01-01', '2026-02-29', '2026-1-1', '']) t.notOk(isDay(day), day);
  for (const day of ['1970-01-01', '2024-02-29', '2026-12-31']) t.ok(isDay(day), day);
});

t.test('a period is of whole days of the reader, its last one with it', async (t) => {
  const { from = '', to = '' } = listInputOf({ ...allRecordings, from: '2026-03-28', to: '2026-03-29' });
  t.equal(Date.parse(from), new Date(2026, 2, 28).getTime());
  t.equal(Date.parse(to), new Date(2026, 2, 30).getTime());
  t.same(listInputOf(allRecordings), { order: 'newest' });
});

const filters = fc.record({
  room: fc.string({ unit: 'grapheme' }),
  search: fc.string({ maxLength: 40 }).map((text) => text.trim()),
  status: fc.constantFrom('', 'ready', 'failed', 'trash'),
  from: fc.constantFrom('', '2026-01-31', '1999-12-31'),
  to: fc.constantFrom('', '2026-02-28', '2999-12-31'),
  order: fc.constantFrom('newest', 'oldest'),
});

t.test('every filter finds back from its address, and is one that the server understands', async () => {
  fc.assert(
    fc.property(filters, (filter) => {
      const again = parseFilter(filterQuery(filter));
      return (
        JSON.stringify(again) === JSON.stringify(filter) &&
        listInputSchema.safeParse(listInputOf(again)).success
      );
    }),
  );
});

t.test('whatever an address says, the server understands what it is asked', async () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (q, from, status) => {
      const filter = parseFilter(`?${new URLSearchParams({ q, from, status })}`);
      return listInputSchema.safeParse(listInputOf(filter)).success;
    }),
  );
});
