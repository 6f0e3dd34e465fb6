import { monotonicTime } from '../../lib/clock.ts';

/** How long, in ms, whoever is asked whether a recording is to go on has to answer. */
const answerMs = 60_000;

/** What is to become of a recording, by how many people are in its room. */
export type Verdict =
  | { action: 'go-on' }
  /** The one who is left is asked; it ends in so many ms. */
  | { action: 'ask'; leftMs: number }
  | { action: 'end' };

/**
 * Finds recordings that somebody has forgotten: one person is left in the room. That
 * person is asked, and they end if there is no answer.
 * @param afterMs for how long somebody has been alone when asked; never when 0
 */
export function createAlone({ afterMs }: { afterMs: number }) {
  /** By egress id: since when one person at most is there, and has been asked, by the monotonic clock. */
  const known = new Map<string, { since: number; askedAt?: number }>();
  const patienceMs = Math.min(answerMs, afterMs);

  return {
    /**
     * What is to become of a recording with so many people in its room.
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

    /** It is to go on, or it has ended: whoever is alone is asked anew after some time. */
    forget(id: string): void {
      known.delete(id);
    },
  };
}

export type Alone = ReturnType<typeof createAlone>;
