import type { SystemStatus } from '@reelroom/shared';
import t from 'tap';
import { isAllReady } from './all-ready.ts';
import { setupLines } from './setup-lines.ts';

type Part = SystemStatus['setup'][number];

const part = (name: string, state: Part['state']): Part => ({
  name,
  state,
  needed: 'calls',
  step: 'building',
  elapsedMs: 61_000,
});
const ready = { ready: true };

t.test('asking ends when all of it is ready', async (t) => {
  const status = { calls: ready, recording: ready, storage: ready, setup: [part('a', 'ready')] };
  t.ok(isAllReady(status));
  t.ok(isAllReady({ ...status, setup: [] }), 'a stack that somebody else set up');
  t.notOk(isAllReady({ ...status, setup: [part('a', 'working')] }));
  t.notOk(isAllReady({ ...status, recording: { ready: false } }));
});

t.test('the banner names what is worked on, and what failed', async (t) => {
  const lines = setupLines([
    part('a', 'ready'),
    part('b', 'working'),
    part('c', 'failed'),
    part('d', 'waiting'),
  ]);
  t.match(lines, [
    { name: 'b', elapsedMs: 61_000, failed: false },
    { name: 'c', elapsedMs: undefined, failed: true },
  ]);
  t.match(setupLines([part('d', 'waiting'), part('e', 'waiting')]), [{ name: 'd' }]);
  t.same(setupLines([part('a', 'ready')]), []);
});
