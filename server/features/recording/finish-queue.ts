import type { Failure } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { LRUCache } from 'lru-cache';
import { monotonicTime } from '../../lib/clock.ts';
import type { Finalise } from './finalise.ts';
import type { RecordingState } from '../../adapters/livekit/egress-info.ts';

/** The past recordings that are remembered, so that a repeated "ended" changes nothing. */
const maxDone = 1_000;

/** How long to wait, in ms, before a recording is seen to again that could not be stored: doubled each time. */
const firstPauseMs = 2_000;
const longestPauseMs = 60_000;

/** Whether a recording ended since nothing was heard of its recorder, which may come back. */
const isLost = ({ failure }: { failure?: Failure | undefined }) =>
  failure === 'RECORDER_LOST' || failure === 'NO_RECORDER';

/**
 * Sees recordings through whose recorder has ended: each once at a time, however many
 * ask for it, again later where it failed, and never again once it is done. By name.
 */
export function createFinishQueue({
  finalise,
  onDelayed,
  onEnded,
  onGone,
  signal,
  log,
}: {
  /** Makes sure of a recording's file, and describes it. */
  finalise: Finalise;
  /** Hears of a recording that could not be stored yet. */
  onDelayed: (recording: RecordingState) => void;
  /** Hears of a recording that is seen through, as it then is. */
  onEnded: (result: RecordingState) => Promise<void>;
  /** Hears of one that somebody has deleted before it was seen through here. */
  onGone: (recording: RecordingState) => Promise<void>;
  /** Aborted when this process ends: what is under way is given up, and finished by whoever is next. */
  signal: AbortSignal;
  log: FastifyBaseLogger;
}) {
  /** Those that are being seen through, and whether their recorder was taken for lost. */
  const running = new Map<string, { done: Promise<void>; wasLost: boolean }>();
  /** Those that are seen through, and why those failed that did. */
  const done = new LRUCache<string, { failure: Failure | undefined }>({ max: maxDone });
  /** When the next try is due, by the monotonic clock, of those that failed. */
  const retries = new Map<string, { dueAt: number; pauseMs: number }>();
  /** Those whose recorder has come back while they were seen through. */
  const reopened = new Set<string>();

  const markDone = ({ name, failure }: RecordingState): void => void done.set(name, { failure });

  async function runOnce(recording: RecordingState): Promise<void> {
    const { name } = recording;
    try {
      const result = await finalise(recording, signal);
      if (reopened.has(name)) return;
      retries.delete(name);
      markDone(recording);
      log.info({ recording: result ?? recording }, `recording ${result?.status ?? 'deleted'}`);
      await (result ? onEnded(result) : onGone(recording));
    } catch (error) {
      if (signal.aborted) throw error;
      const pauseMs = Math.min(2 * (retries.get(name)?.pauseMs ?? firstPauseMs / 2), longestPauseMs);
      retries.set(name, { dueAt: monotonicTime() + pauseMs, pauseMs });
      log.warn({ err: error, recording }, `a recording is not stored yet; again in ${pauseMs} ms`);
      onDelayed(recording);
      throw error;
    } finally {
      running.delete(name);
      reopened.delete(name);
    }
  }

  const isRunning = (name: string): boolean => running.has(name) && !reopened.has(name);

  return {
    /**
     * Sees a recording through. Throws when its end could not be stored: nothing is
     * lost then, and the next call tries again.
     */
    async enqueue(recording: RecordingState): Promise<void> {
      const { name } = recording;
      const current = running.get(name);
      // What a recorder has stored after all is looked at when what was made of its remains is done.
      const isNews = current !== undefined && current.wasLost && !isLost(recording);
      if (current && !isNews) return current.done;
      await current?.done.catch(() => undefined);
      const again = running.get(name);
      if (again) return again.done;
      const done = runOnce(recording);
      running.set(name, { done, wasLost: isLost(recording) });
      await done;
    },

    /** This one needs nothing more. */
    markDone,

    /** The recorder of this one, which was taken for lost, is at work after all. */
    reopen(name: string): void {
      done.delete(name);
      retries.delete(name);
      if (running.has(name)) reopened.add(name);
    },

    /** Whether a recording's recorder has ended, as far as is known: it is in nobody's way. */
    hasEnded: (name: string): boolean => isRunning(name) || retries.has(name) || done.has(name),

    /** Whether a recording is being seen through. */
    isRunning,

    /** Whether a recording that could not be stored is left alone for now. */
    isAwaitingRetry: (name: string): boolean => (retries.get(name)?.dueAt ?? -Infinity) > monotonicTime(),

    /** Whether a recording has been seen through. */
    isDone: (name: string): boolean => done.has(name),

    /** Whether a recording's recorder was taken for lost, and its remains have been, or are being, seen to. */
    wasDeclaredLost: (name: string): boolean =>
      isLost({ failure: done.get(name)?.failure }) || (running.get(name)?.wasLost ?? false),

    /** Whether a recording was seen through since its recorder was lost before it began. */
    neverBegan: (name: string): boolean => done.get(name)?.failure === 'NO_RECORDER',

    /** Resolves when nothing is under way any more. */
    async settled(): Promise<void> {
      await Promise.allSettled([...running.values()].map(({ done }) => done));
    },
  };
}
