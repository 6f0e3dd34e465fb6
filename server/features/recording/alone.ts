import { monotonicTime } from '../../lib/clock.ts';

/** How long the last participant has to answer whether the recording should go on, in ms. */
const answerMs = 60_000;

/** What to do with a recording, given the number of people in its room. */
export type Verdict =
  | { action: 'go-on' }
  /** Ask the last participant; the recording ends in `leftMs`. */
  | { action: 'ask'; leftMs: number }
  | { action: 'end' };

/**
 * Detects forgotten recordings: one person is left in the room. That person is asked, and without an answer
 * the recording ends.
 * @param afterMs how long somebody must be alone before being asked; never when 0
 */
export function createAlone({ afterMs }: { afterMs: number }) {
  /**
   * By egress id: since when at most one person is there, and when they were asked, by the monotonic clock.
   */
  const known = new Map<string, { since: number; askedAt?: number }>();
  const patienceMs = Math.min(answerMs, afterMs);

  return {
    /**
     * Decides what to do with a recording.
     * @param isAsked whether the room is shown the question, perhaps by another process
     */
    judge(id: string, people: number, isAsked: boolean): Verdict {
      if (afterMs === 0 || people > 1) {
        known.delete(id);
        return { action: 'go-on' };
      }
      const now = monotonicTime();
      const { since, askedAt: askedBefore } = known.get(id) ?? { since: now };
      const isDue = isAsked || now - since >= afterMs;
      const askedAt = askedBefore ?? (isDue ? now : undefined);
      known.set(id, { since, ...(askedAt !== undefined && { askedAt }) });
      if (askedAt === undefined) return { action: 'go-on' };
      const leftMs = patienceMs - (now - askedAt);
      return leftMs > 0 ? { action: 'ask', leftMs } : { action: 'end' };
    },

    /** The recording goes on, or has ended: counting starts anew. */
    forget(id: string): void {
      known.delete(id);
    },
  };
}

export type Alone = ReturnType<typeof createAlone>;
