import { monotonicTime } from '../../lib/clock.ts';
import { toReelroomError, type ReelroomError } from '../../lib/errors.ts';
import type { Listener } from './errors.ts';
import type { Right } from './refusal.ts';

/** The pause before another check, in ms, after S3 could not be reached, and after it refused. */
const awayPauseMs = 1_000;
const refusedPauseMs = 5_000;

/** The pause before refused rights are probed again, in ms. */
const probePauseMs = 60_000;

/** Recording is impossible without these rights. */
const requiredRights: Right[] = ['s3:ListBucket', 's3:PutObject', 's3:GetObject'];

/**
 * Whether S3 is available and grants our rights, from the outcome of requests; checked by a request of its
 * own where they do not tell. A request that fails only prompts a check: S3 is unavailable when that fails
 * too.
 * @param ask a request that needs no object; rejects with a ReelroomError
 * @param probe tries the other rights; the listener is told the outcome
 */
export function createHealth({ ask, probe }: { ask: () => Promise<void>; probe: () => Promise<void> }) {
  let answeredAt = -Infinity;
  let checkedAt = -Infinity;
  let probedAt = -Infinity;
  let hasFailed = false;
  /** Why the last check failed. */
  let problem: ReelroomError | undefined;
  const refused = new Map<Right, ReelroomError>();
  let checking: Promise<void> | undefined;

  const reason = () => problem ?? requiredRights.map((right) => refused.get(right)).find((error) => error);

  function isDue(maxAgeMs: number): boolean {
    const known = reason();
    if (!known) return checkedAt === -Infinity || hasFailed || monotonicTime() - answeredAt >= maxAgeMs;
    const pauseMs = known.code === 'STORAGE_REFUSED' ? refusedPauseMs : awayPauseMs;
    return monotonicTime() - checkedAt >= pauseMs;
  }

  async function checkNow(): Promise<void> {
    checkedAt = monotonicTime();
    hasFailed = false;
    try {
      await ask();
      problem = undefined;
    } catch (error) {
      problem = toReelroomError(error);
      return;
    }
    const isKnown = probedAt > -Infinity && refused.size === 0;
    if (isKnown || monotonicTime() - probedAt < probePauseMs) return;
    probedAt = monotonicTime();
    void probe().catch(() => undefined);
  }

  const listener: Listener = {
    answered(right) {
      answeredAt = monotonicTime();
      refused.delete(right);
    },
    refused(right, error) {
      refused.set(right, error);
    },
    failed() {
      hasFailed = true;
    },
  };

  return {
    listener,

    /**
     * Throws why recordings can be neither made nor read, as far as is known: checks when the last response,
     * to any request, is older than `maxAgeMs`, or when a request has failed since.
     */
    async check(maxAgeMs: number): Promise<void> {
      if (isDue(maxAgeMs)) checking ??= checkNow().finally(() => (checking = undefined));
      await checking;
      const error = reason();
      if (error) throw error;
    },

    /** Refused rights that recordings do not need: sentences for operators. */
    refusals: (): string[] =>
      [...refused].flatMap(([right, { detail }]) =>
        requiredRights.includes(right) || detail === undefined ? [] : [detail],
      ),
  };
}
