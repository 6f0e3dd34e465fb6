import { monotonicTime } from '../../lib/clock.ts';
import { toReelroomError, type ReelroomError } from '../../lib/errors.ts';
import type { Listener } from './errors.ts';
import type { Right } from './refusal.ts';

/** How long S3 is not asked again, in ms, once it could not be reached, and once it has refused. */
const awayPauseMs = 1_000;
const refusedPauseMs = 5_000;

/** How long what S3 refused is not tried again, in ms. */
const probePauseMs = 60_000;

/** Without these rights there is no recording. */
const needed: Right[] = ['s3:ListBucket', 's3:PutObject', 's3:GetObject'];

/**
 * Whether S3 is there and lets us do what we have to, from how requests go; it is asked where
 * they do not tell. A request that fails is a reason to ask, and no more: S3 is away when it does not answer that
 * either.
 * @param ask one request that needs no object; fails with a ReelroomError
 * @param probe tries what takes the other rights; what comes of it is heard
 */
export function createHealth({ ask, probe }: { ask: () => Promise<void>; probe: () => Promise<void> }) {
  let answeredAt = -Infinity;
  let askedAt = -Infinity;
  let probedAt = -Infinity;
  let hasFailed = false;
  /** Why S3 did not answer when it was asked. */
  let problem: ReelroomError | undefined;
  const refused = new Map<Right, ReelroomError>();
  let asking: Promise<void> | undefined;

  const reason = () => problem ?? needed.map((right) => refused.get(right)).find((error) => error);

  function isDue(maxAgeMs: number): boolean {
    const known = reason();
    if (!known) return askedAt === -Infinity || hasFailed || monotonicTime() - answeredAt >= maxAgeMs;
    const pauseMs = known.code === 'STORAGE_REFUSED' ? refusedPauseMs : awayPauseMs;
    return monotonicTime() - askedAt >= pauseMs;
  }

  async function askNow(): Promise<void> {
    askedAt = monotonicTime();
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
     * Throws why recordings can be neither made nor read, as far as is known: S3 is asked when
     * the last answer, to whatever request, is older than `maxAgeMs`, or when a request has failed since.
     */
    async check(maxAgeMs: number): Promise<void> {
      if (isDue(maxAgeMs)) asking ??= askNow().finally(() => (asking = undefined));
      await asking;
      const error = reason();
      if (error) throw error;
    },

    /** What S3 does not let us do that recordings do not need: sentences for whoever runs the app. */
    refusals: (): string[] =>
      [...refused].flatMap(([right, { detail }]) =>
        needed.includes(right) || detail === undefined ? [] : [detail],
      ),
  };
}
