import { setImmediate as soon } from 'node:timers/promises';
import t from 'tap';
import { createSingleFlight } from '../features/library/coalesce.ts';
import { failure } from './support/failure.ts';

/** Work that counts its beginnings, and ends when it is told to. */
function countedWork() {
  const ends: ((error?: Error) => void)[] = [];
  const work = () =>
    new Promise<number>((resolve, reject) => {
      const number = ends.length + 1;
      ends.push((error) => (error ? reject(error) : resolve(number)));
    });
  return { work, ends };
}

t.test('who comes while an answer is made shares the next one, never that one', async (t) => {
  const share = createSingleFlight<number>();
  const { work, ends } = countedWork();
  const first = share('a', work);
  const later = [share('a', work), share('a', work), share('a', work)];
  t.equal(ends.length, 1);
  ends[0]?.();
  t.equal(await first, 1);
  await soon();
  t.equal(ends.length, 2, 'one for all three');
  const latest = share('a', work);
  ends[1]?.();
  t.same(await Promise.all(later), [2, 2, 2]);
  await soon();
  ends[2]?.();
  t.equal(await latest, 3);
  const alone = share('a', work);
  t.equal(ends.length, 4, 'nobody waits when nothing is being made');
  ends[3]?.();
  t.equal(await alone, 4);
});

t.test('a failure is told to those who share it, and to nobody else', async (t) => {
  const share = createSingleFlight<number>();
  const { work, ends } = countedWork();
  const first = share('a', work);
  const second = share('a', work);
  const other = share('b', work);
  t.equal(ends.length, 2, 'another key is other work');
  ends[0]?.(new Error('first'));
  t.match(await failure(first), { message: 'first' });
  await soon();
  ends[2]?.();
  ends[1]?.();
  t.equal(await second, 3);
  t.equal(await other, 2);
});
