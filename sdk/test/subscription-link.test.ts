import { mock } from 'node:test';
import { createTRPCClient, TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import t from 'tap';
import type { AppRouter } from '../../server/router.ts';
import { retryLink } from '../subscription-link.ts';

/** A client of a server that ends each subscription when it is told to, after it has answered, or without. */
function subscribe() {
  let connections = 0;
  const inputs: unknown[] = [];
  let end: (answers: boolean) => void = () => {};
  const link: TRPCLink<AppRouter> =
    () =>
    ({ op }) =>
      observable((observer) => {
        connections += 1;
        inputs.push(op.input);
        end = (answers) => {
          const data: unknown = { type: 'reset' };
          if (answers) observer.next({ result: { type: 'data', id: String(connections), data } });
          observer.error(TRPCClientError.from(new Error('gone')));
        };
      });
  const { recordings } = createTRPCClient<AppRouter>({ links: [retryLink, link] });
  const subscription = recordings.changes.subscribe({}, { onData: () => undefined });
  return { subscription, inputs, connections: () => connections, end: (answers: boolean) => end(answers) };
}

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
t.afterEach(() => mock.timers.reset());

t.test('a server that answered is waited for anew, from the shortest time on', async (t) => {
  const { connections, inputs, end } = subscribe();
  for (let restarts = 1; restarts <= 12; restarts += 1) {
    end(true);
    mock.timers.tick(500);
    t.equal(connections(), restarts + 1);
  }
  t.match(inputs.at(-1), { lastEventId: '12' }, 'and told what was heard last');
});

t.test('one that does not answer is asked ever less often', async (t) => {
  const { connections, end } = subscribe();
  for (const [failures, ms] of [500, 1000, 1500, 2000].entries()) {
    end(false);
    mock.timers.tick(ms - 1);
    t.equal(connections(), failures + 1);
    mock.timers.tick(1);
    t.equal(connections(), failures + 2);
  }
});

t.test('nobody connects again who has unsubscribed', async (t) => {
  const { subscription, connections, end } = subscribe();
  end(true);
  subscription.unsubscribe();
  mock.timers.tick(60_000);
  t.equal(connections(), 1);
});

t.test('a network that is back ends the wait', async (t) => {
  const page = new EventTarget();
  const { addEventListener, removeEventListener } = globalThis;
  globalThis.addEventListener = page.addEventListener.bind(page);
  globalThis.removeEventListener = page.removeEventListener.bind(page);
  t.teardown(() => Object.assign(globalThis, { addEventListener, removeEventListener }));
  const { connections, end } = subscribe();
  end(false);
  page.dispatchEvent(new Event('online'));
  t.equal(connections(), 2);
});
