import t from 'tap';
import { limitWarning, minutesToWarnOf, secondsLeft } from './recording-end.ts';

t.test('how long a recording goes on that nobody answers for', async (t) => {
  t.equal(secondsLeft(60_000, 18_500), 'in 42 seconds');
  t.equal(secondsLeft(60_000, 59_500), 'in a second');
  t.equal(secondsLeft(60_000, 60_500), 'now');
});

t.test('a room is warned five minutes and one minute before the end', async (t) => {
  const left = (seconds: number) => minutesToWarnOf(1_000_000, 1_000_000 - seconds * 1000);
  t.equal(left(301), undefined);
  t.equal(left(300), 5);
  t.equal(left(61), 5);
  t.equal(left(60), 1);
  t.equal(left(0), undefined, 'it is over');
  t.match(limitWarning(5), /stops in 5 minutes/);
  t.match(limitWarning(1), /stops in 1 minute /);
});
