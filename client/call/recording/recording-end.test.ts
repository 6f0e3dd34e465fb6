import t from 'tap';
import { m } from '../../messages/messages.ts';
import { minutesToWarnOf, secondsLeft } from './recording-end.ts';

t.test('how long a recording goes on that nobody answers for', async (t) => {
  const left = (now: number) => m.alone_ends(secondsLeft(60_000, now));
  t.equal(left(18_500), 'The recording ends in 42 seconds.');
  t.equal(left(59_500), 'The recording ends in a second.');
  t.equal(left(60_500), 'The recording ends now.');
});

t.test('a room is warned five minutes and one minute before the end', async (t) => {
  const left = (seconds: number) => minutesToWarnOf(1_000_000, 1_000_000 - seconds * 1000);
  t.equal(left(301), undefined);
  t.equal(left(300), 5);
  t.equal(left(61), 5);
  t.equal(left(60), 1);
  t.equal(left(0), undefined, 'it is over');
  t.match(m.record_limit(5), /stops in 5 minutes/);
  t.match(m.record_limit(1), /stops in 1 minute /);
});
