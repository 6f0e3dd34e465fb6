import fc from 'fast-check';
import t from 'tap';
import { parseHttpDate } from '../http/sending/http-date.ts';

const at = Date.UTC(1994, 10, 6, 8, 49, 37);

t.test('the three forms of RFC 9110 §5.6.7', async (t) => {
  for (const text of [
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ])
    t.equal(parseHttpDate(text), at, text);
  t.equal(parseHttpDate('Saturday, 31-Jan-26 10:15:30 GMT'), Date.UTC(2026, 0, 31, 10, 15, 30));
});

t.test('what is no HTTP date is none, also where JavaScript makes something of it', async (t) => {
  for (const text of [
    '',
    'yesterday',
    '1994',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 +0100',
    'Sun, 06 Nov 1994 24:49:37 GMT',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
  ])
    t.equal(parseHttpDate(text), undefined, text);
});

t.test('every time that can be sent is read', async () => {
  const latest = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: latest }), (seconds) => {
      const time = seconds * 1000;
      return parseHttpDate(new Date(time).toUTCString()) === time;
    }),
  );
});
