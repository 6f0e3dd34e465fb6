import type { Recording } from '@reelroom/shared';
import t from 'tap';
import { createEvents } from '../features/events/events.ts';
import { createTotals } from '../features/library/totals.ts';
import { silentLog } from './support/log.ts';
import { until } from './support/until.ts';

const recording = (name: string, size: number, roomName = 'a'): Recording => ({
  ...{ id: 'EG_1', name, roomName, roomId: 'RM_1', startedAt: 0, size, status: 'ready' },
});

t.test('counted once, and from then on by what happens', async (t) => {
  const events = createEvents({ redis: undefined, scope: 'test', log: silentLog });
  let counts = 0;
  async function* all() {
    counts += 1;
    yield recording('one.mp4', 10);
    yield recording('two.mp4', 20, 'b');
  }
  const totals = createTotals({ all, events, log: silentLog });
  t.teardown(() => Promise.all([totals.close(), events.close()]));
  t.equal(totals.countOf('a'), undefined, 'not known yet');
  t.same(await totals.get(), { count: 2, bytes: 30 });
  t.same([totals.countOf('a'), totals.countOf('b'), totals.countOf('c')], [1, 1, undefined]);

  const become = (wanted: { count: number; bytes: number }) =>
    until(`${wanted.count}, ${wanted.bytes}`, async () => {
      const now = await totals.get();
      return now.count === wanted.count && now.bytes === wanted.bytes;
    });
  const three = recording('three.mp4', 5);
  events.publish({ type: 'recording-ready', recording: three });
  events.publish({ type: 'recording-ready', recording: three });
  events.publish({ type: 'recording-failed', recording: recording('four.mp4', 0) });
  await become({ count: 4, bytes: 35 });
  t.pass('each once, however many app processes tell of it');

  events.publish({ type: 'recording-deleted', recording: three });
  events.publish({ type: 'recording-deleted', recording: three });
  await become({ count: 3, bytes: 30 });
  t.equal(totals.countOf('a'), 2);
  events.publish({ type: 'recording-ready', recording: three });
  await become({ count: 4, bytes: 35 });
  t.equal(counts, 1, 'no other count');

  events.reset();
  await until('another count', async () => (await totals.get()) && counts === 2);
});
