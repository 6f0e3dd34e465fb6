import fc from 'fast-check';
import t from 'tap';
import { parseByteRange } from '../http/sending/byte-range.ts';

const headerOf = (header: string | undefined, portionSize?: number) => {
  const range = parseByteRange(header, portionSize);
  return range.kind === 'part' ? range.header : range.kind;
};

t.test('a Range header, as S3 takes it', async (t) => {
  for (const [header, expected] of [
    [undefined, 'whole'],
    ['bytes=0-', 'bytes=0-'],
    ['bytes=0-0', 'bytes=0-0'],
    ['bytes=5-9', 'bytes=5-9'],
    ['bytes=-500', 'bytes=-500'],
    ['Bytes= 5-9 ', 'bytes=5-9'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-2', 'whole'],
    ['bytes=abc', 'whole'],
    ['bytes=', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=1.5-2', 'whole'],
    ['bytes=0-1,3-4', 'whole'],
    ['seconds=1-2', 'whole'],
    [`bytes=0-${'9'.repeat(30)}`, 'bytes=0-'],
    [`bytes=${'9'.repeat(30)}-`, 'unsatisfiable'],
    [`bytes=-${'9'.repeat(30)}`, `bytes=-${Number.MAX_SAFE_INTEGER}`],
  ] as const)
    t.equal(headerOf(header), expected, header ?? 'none');
});

t.test('the portion size caps only what is open-ended', async (t) => {
  t.equal(headerOf('bytes=10-', 100), 'bytes=10-109');
  t.equal(headerOf('bytes=10-999', 100), 'bytes=10-999');
  t.equal(headerOf('bytes=-999', 100), 'bytes=-999');
  t.equal(headerOf(undefined, 100), 'whole');
});

t.test('every valid closed range is kept, every text is answered', async () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (first, length) => {
      const header = `bytes=${first}-${first + length}`;
      return headerOf(header) === header;
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => headerOf(`bytes=${text}`) !== ''));
});
