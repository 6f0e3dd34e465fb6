import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import t from 'tap';
import { BodyLost, resumedBody } from '../adapters/s3/resumed-body.ts';
import { failure } from './support/failure.ts';
import { until } from './support/until.ts';

const bytes = randomBytes(8 << 20);
const { signal } = new AbortController();

/** What follows from `from`, in pieces, as far as `to`; then it ends, or breaks off. */
const part = (from: number, to: number, isBroken: boolean) =>
  Readable.from(
    (function* () {
      for (let at = from; at < to; at += 60_000) yield bytes.subarray(at, Math.min(at + 60_000, to));
      if (isBroken) throw new Error('other side closed');
    })(),
    { objectMode: false },
  );

t.test('wherever it breaks off, or ends early, it is what it was', async () => {
  const cut = fc.record({
    at: fc.nat(bytes.length - 1),
    isBroken: fc.boolean(),
    isRefusedFirst: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.nat(1_000),
      fc.uniqueArray(cut, { maxLength: 5, selector: ({ at }) => at }),
      async (start, cuts) => {
        const all = cuts.filter(({ at }) => at >= start).sort((one, other) => one.at - other.at);
        const refused = new Set<number>();
        const next = (from: number) => {
          const end = all.shift();
          return end ? part(from, end.at, end.isBroken) : part(from, bytes.length, false);
        };
        const whole = resumedBody({
          ...{ body: next(start), start, end: bytes.length, signal },
          async requestFrom(at) {
            if (all[0]?.isRefusedFirst && !refused.has(at)) {
              refused.add(at);
              throw new Error('connection refused');
            }
            return next(at);
          },
        });
        return (await buffer(whole)).equals(bytes.subarray(start));
      },
    ),
    { numRuns: 15 },
  );
});

t.test('it fails where what is left is not there any more, and never looks whole', async (t) => {
  const whole = resumedBody({
    ...{ body: part(0, 70_000, false), start: 0, end: 100_000, signal },
    requestFrom: async () => Promise.reject(new BodyLost('it was replaced')),
  });
  t.match(await failure(buffer(whole)), {
    code: 'STORAGE_UNAVAILABLE',
    cause: { message: 'it was replaced' },
  });
});

t.test('one that breaks off again and again within a megabyte is given up', async (t) => {
  let asked = 0;
  const whole = resumedBody({
    ...{ body: part(0, 10, true), start: 0, end: bytes.length, signal },
    async requestFrom(at) {
      asked += 1;
      return part(at, at + 10, true);
    },
  });
  t.match(await failure(buffer(whole)), { code: 'STORAGE_UNAVAILABLE' });
  t.equal(asked, 10);
});

t.test('it is read only as fast as it is read from, and asked for again only by a reader', async (t) => {
  let asked = 0;
  const body = part(0, 1_000_000, true);
  const whole = resumedBody({
    ...{ body, start: 0, end: bytes.length, signal },
    async requestFrom(at) {
      asked += 1;
      return part(at, bytes.length, false);
    },
  });
  await sleep(1);
  t.equal(body.readableFlowing, false, 'nothing flows before somebody reads');
  whole.once('readable', () => undefined);
  await until('the first piece', async () => whole.readableLength > 0);
  body.destroy(new Error('closed behind the body'));
  await until('it to be gone', async () => body.closed);
  t.equal(asked, 0);
  t.ok((await buffer(whole)).equals(bytes));
  t.equal(asked, 1);
});

t.test('nobody is asked once nobody is there', async (t) => {
  const leave = new AbortController();
  let asked = 0;
  const whole = resumedBody({
    ...{ body: part(0, 10, true), start: 0, end: 100, signal: leave.signal },
    async requestFrom() {
      asked += 1;
      throw new Error('connection refused');
    },
  });
  const read = failure(buffer(whole));
  await until('it to be asked for again', async () => asked > 0);
  leave.abort();
  t.match(await read, { name: 'AbortError' });
  const then = asked;
  await sleep(300);
  t.equal(asked, then);

  const unread = resumedBody({
    ...{ body: part(0, 10, false), start: 0, end: 10, signal },
    requestFrom: async () => part(0, 10, false),
  });
  unread.destroy();
  await until('it to close', async () => unread.closed);
});
