import t from 'tap';
import { createBackOff } from '../lib/back-off.ts';
import { leapingClock } from './support/fake-livekit.ts';

t.test('each pause is twice as long, up to the longest; a key that is forgotten begins anew', async (t) => {
  const { leap } = leapingClock(t);
  const retries = createBackOff({ firstMs: 1_000, longestMs: 5_000 });
  t.notOk(retries.isPausing('a'));
  for (const pauseMs of [1_000, 2_000, 4_000, 5_000, 5_000]) {
    t.equal(retries.pause('a'), pauseMs);
    leap(pauseMs - 100);
    t.ok(retries.isPausing('a'));
    t.notOk(retries.isPausing('b'), 'another has none');
    leap(200);
    t.notOk(retries.isPausing('a'));
    t.ok(retries.has('a'));
  }
  retries.forget('a');
  t.notOk(retries.has('a'));
  t.equal(retries.pause('a'), 1_000);
  t.equal(retries.pause('b'), 1_000);
  retries.keepOnly(new Set(['b']));
  t.same([retries.has('a'), retries.has('b')], [false, true]);
});
