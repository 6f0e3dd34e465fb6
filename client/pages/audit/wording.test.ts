import fc from 'fast-check';
import t from 'tap';
import { csvCell, csvOf, linesOf } from './wording.ts';

/** The cells of a line of CSV, as RFC 4180 reads it. */
const cellsOf = (line: string) =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );

t.test('a cell of CSV says what it said, and is no formula', async () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (values) => {
      const cells = cellsOf(values.map(csvCell).join(','));
      return values.every((value, at) => {
        const cell = cells[at] ?? '';
        return (cell === value && !/^[=+\-@\t\r]/.test(cell)) || cell === `'${value}`;
      });
    }),
  );
});

t.test('entries as files', async (t) => {
  const entry = {
    ...{ at: Date.UTC(2026, 0, 31), what: 'playback', who: 'member:ana', name: '=HYPERLINK("x")' },
    ...{ address: '::1', recordings: ['a.mp4'], outcome: 'ok' },
  };
  t.equal(
    csvOf([entry]),
    'time,who,name,address,what,room,recordings,outcome\r\n' +
      `2026-01-31T00:00:00.000Z,member:ana,"'=HYPERLINK(""x"")",::1,playback,,a.mp4,ok\r\n`,
  );
  t.same(JSON.parse(linesOf([entry])), entry);
});
