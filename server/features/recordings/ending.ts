import type { FastifyBaseLogger } from 'fastify';
import { monotonicTime } from '../../clock.ts';
import type { Finish } from './finish.ts';
import type { RecordingState } from './state.ts';

/** The past recordings that are remembered, so that a repeated "ended" changes nothing. */
const rememberedEnds = 1_000;

/** How long to wait, in ms, before a recording is seen to again that could not be stored: doubled each time. */
const firstPauseMs = 2_000;
const longestPauseMs = 60_000;

/**
 * Sees recordings through whose recorder has ended: each once at a time, however many
 * ask for it, again later where it failed, and never again once it is done. By name.
 */
export function createEnding({
  finish,
  onDelayed,
  onEnded,
  onGone,
  signal,
  log,
}: {
  /** Makes sure of a recording's file, and describes it. */
  finish: Finish;
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
  const underWay = new Map<string, Promise<void>>();
  /** Those that are seen through, and whether their recorder was taken for lost. */
  const over = new Map<string, boolean>();
  /** When the next try is due, by the monotonic clock, of those that failed. */
  const tries = new Map<string, { dueAt: number; pauseMs: number }>();

  function remember({ name, failure }: RecordingState): void {
    over.set(name, failure === 'RECORDER_LOST');
    for (const oldest of over.keys()) {
      if (over.size <= rememberedEnds) break;
      over.delete(oldest);
    }
  }

  async function endOnce(recording: RecordingState): Promise<void> {
    const { name } = recording;
    try {
      const result = await finish(recording, signal);
      tries.delete(name);
      remember(recording);
      log.info({ recording: result ?? recording }, `recording ${result?.status ?? 'deleted'}`);
      await (result ? onEnded(result) : onGone(recording));
    } catch (error) {
      if (signal.aborted) throw error;
      const pauseMs = Math.min(2 * (tries.get(name)?.pauseMs ?? firstPauseMs / 2), longestPauseMs);
      tries.set(name, { dueAt: monotonicTime() + pauseMs, pauseMs });
      log.warn({ err: error, recording }, `a recording is not stored yet; again in ${pauseMs} ms`);
      onDelayed(recording);
      throw error;
    }
  }

  return {
    /**
     * Sees a recording through. Throws when its end could not be stored: nothing is
     * lost then, and the next call tries again.
     */
    async end(recording: RecordingState): Promise<void> {
      let ended = underWay.get(recording.name);
      if (!ended) {
        ended = endOnce(recording).finally(() => underWay.delete(recording.name));
        underWay.set(recording.name, ended);
      }
      await ended;
    },

    /** This one needs nothing more. */
    remember,

    /** Whether a recording's recorder has ended, as far as is known: it is in nobody's way. */
    has: (name: string): boolean => underWay.has(name) || tries.has(name) || over.has(name),

    /** Whether a recording is being seen through. */
    isUnderWay: (name: string): boolean => underWay.has(name),

    /** Whether a recording that could not be stored is left alone for now. */
    isPaused: (name: string): boolean => (tries.get(name)?.dueAt ?? -Infinity) > monotonicTime(),

    /** Whether a recording has been seen through. */
    isOver: (name: string): boolean => over.has(name),

    /** Whether a recording was seen through since its recorder was taken for lost. */
    wasLost: (name: string): boolean => over.get(name) === true,

    /** Resolves when nothing is under way any more. */
    async settled(): Promise<void> {
      await Promise.allSettled(underWay.values());
    },
  };
}
