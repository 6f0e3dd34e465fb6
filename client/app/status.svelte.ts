import type { SystemStatus } from '@reelroom/shared';
import { base } from './base.ts';
import { trpc } from './trpc.ts';
import { serverTime } from '../lib/server-clock.ts';
import { isAllReady } from './all-ready.ts';

const interval = 2000;

let current = $state.raw<SystemStatus>();
let receivedAt = $state.raw(0);
let reachable = $state(true);
let watching = false;

/** The state of the system; unknown until the first answer. */
export const system = {
  get status() {
    return current;
  },
  /** When the status was received. */
  get receivedAt() {
    return receivedAt;
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
      receivedAt = serverTime();
      reachable = true;
      if (isAllReady(current)) break;
    } catch {
      reachable = false;
    }
    await pause();
  }
  watching = false;
}

/** How often the health check runs, and its timeout, in ms. */
const checkEveryMs = 10_000;
const answerMs = 5000;

/** Checks that the server is reachable, which a call does not need; returns a function that stops it. */
export function watchServer(): () => void {
  const timer = setInterval(() => {
    fetch(`${base}/healthz`, { signal: AbortSignal.timeout(answerMs) }).catch(() => {
      reachable = false;
      void watchSystem();
    });
  }, checkEveryMs);
  return () => clearInterval(timer);
}
