import type { SystemStatus } from '@reelroom/shared';
import { base } from './base.ts';
import { trpc } from './trpc.ts';
import { serverTime } from '../lib/server-clock.ts';
import { isAllReady } from './status-text.ts';

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

/** How often it is looked whether the server is there while nothing else asks it, and how long it may take, in ms. */
const checkEveryMs = 10_000;
const answerMs = 5000;

/** Notices that the server is away, which a call goes on without, until what it returns is called. */
export function watchServer(): () => void {
  const timer = setInterval(() => {
    fetch(`${base}/healthz`, { signal: AbortSignal.timeout(answerMs) }).catch(() => {
      reachable = false;
      void watchSystem();
    });
  }, checkEveryMs);
  return () => clearInterval(timer);
}
