import { monotonicTime } from './clock.ts';

/**
 * Pauses before failed work is retried, by a key of what it is about, on the monotonic clock.
 * @param firstMs the first pause; each one is twice as long as that before
 * @param longestMs the longest pause
 */
export function createBackOff({ firstMs, longestMs }: { firstMs: number; longestMs: number }) {
  const pauses = new Map<string, { dueAt: number; pauseMs: number }>();

  return {
    /** Begins the next pause: how long it is, in ms. */
    pause(key: string): number {
      const before = pauses.get(key);
      const pauseMs = before ? Math.min(2 * before.pauseMs, longestMs) : firstMs;
      pauses.set(key, { dueAt: monotonicTime() + pauseMs, pauseMs });
      return pauseMs;
    },

    /** Whether a pause has not passed yet. */
    isPausing: (key: string): boolean => (pauses.get(key)?.dueAt ?? -Infinity) > monotonicTime(),

    /** Whether there was a pause, passed or not, since the key was forgotten. */
    has: (key: string): boolean => pauses.has(key),

    /** Begins anew with the first pause. */
    forget: (key: string): void => void pauses.delete(key),

    /** Forgets all keys but these. */
    keepOnly(keys: { has: (key: string) => boolean }): void {
      for (const key of pauses.keys()) if (!keys.has(key)) pauses.delete(key);
    },
  };
}
