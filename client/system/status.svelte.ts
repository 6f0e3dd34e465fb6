import type { SystemStatus } from '@reelroom/shared';
import { trpc } from '../trpc.ts';
import { serverTime } from '../ui/server-time.ts';
import { isAllReady } from './view.ts';

const interval = 2000;

let current = $state.raw<SystemStatus>();
let heardAt = $state.raw(0);
let reachable = $state(true);
let watching = false;

/** What of the system works now; unknown until the first answer. */
export const system = {
  get status() {
    return current;
  },
  /** When the status was heard. */
  get heardAt() {
    return heardAt;
  },
  get reachable() {
    return reachable;
  },
};

const pause = () => new Promise((resolve) => setTimeout(resolve, interval));

/** Asks for the status until everything is ready; called again when something turned out not to be. */
export async function watchSystem(): Promise<void> {
  if (watching) return;
  watching = true;
  for (;;) {
    try {
      current = await trpc.system.status.query();
      heardAt = serverTime();
      reachable = true;
      if (isAllReady(current)) break;
    } catch {
      reachable = false;
    }
    await pause();
  }
  watching = false;
}
