import t from 'tap';
import { allowsRange, checkPreconditions } from '../http/sending/preconditions.ts';

const file = { etag: '"v1"', lastModified: new Date('2026-01-31T10:15:30.789Z') };
const at = 'Sat, 31 Jan 2026 10:15:30 GMT';
const before = 'Sat, 31 Jan 2026 10:15:29 GMT';

t.test('preconditions, as RFC 9110 §13.2.2 orders them', async (t) => {
  for (const [headers, verdict] of [
    [{}, 'go on'],
    [{ 'if-match': '"v1"' }, 'go on'],
    [{ 'if-match': '*' }, 'go on'],
    [{ 'if-match': '"v0", "v1"' }, 'go on'],
    [{ 'if-match': '"v0"' }, 412],
    [{ 'if-match': 'W/"v1"' }, 412],
    [{ 'if-unmodified-since': at }, 'go on'],
    [{ 'if-unmodified-since': before }, 412],
    [{ 'if-unmodified-since': 'yesterday' }, 'go on'],
    [{ 'if-match': '"v1"', 'if-unmodified-since': before }, 'go on'],
    [{ 'if-none-match': '"v1"' }, 304],
    [{ 'if-none-match': 'W/"v1"' }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"v0","v1"' }, 304],
    [{ 'if-none-match': '"v0"' }, 'go on'],
    [{ 'if-modified-since': at }, 304],
    [{ 'if-modified-since': before }, 'go on'],
    [{ 'if-modified-since': 'yesterday' }, 'go on'],
    [{ 'if-none-match': '"v0"', 'if-modified-since': at }, 'go on'],
    [{ 'if-match': '"v0"', 'if-none-match': '"v1"' }, 412],
  ] as const)
    t.equal(checkPreconditions(headers, file), verdict, JSON.stringify(headers));
});

t.test('If-Range', async (t) => {
  for (const [header, allowed] of [
    [undefined, true],
    ['"v1"', true],
    ['W/"v1"', false],
    ['"v0"', false],
    [at, true],
    [before, false],
    ['Sat, 31 Jan 2026 10:15:31 GMT', false],
    ['nonsense', false],
  ] as const)
    t.equal(allowsRange(header, file), allowed, header ?? 'none');
});
