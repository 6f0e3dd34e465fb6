import type { Failure } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { LRUCache } from 'lru-cache';
import { monotonicTime } from '../../lib/clock.ts';
import type { Finish } from './finalise.ts';
import type { RecordingState } from '../../adapters/livekit/egress-info.ts';

/** The past recordings that are remembered, so that a repeated "ended" changes nothing. */
const rememberedEnds = 1_000;

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
  /** Those that are being seen through, and whether their recorder was taken for lost. */
  const underWay = new Map<string, { done: Promise<void>; wasLost: boolean }>();
  /** Those that are seen through, and why those failed that did. */
  const over = new LRUCache<string, { failure: Failure | undefined }>({ max: rememberedEnds });
  /** When the next try is due, by the monotonic clock, of those that failed. */
  const tries = new Map<string, { dueAt: number; pauseMs: number }>();
  /** Those whose recorder has come back while they were seen through. */
  const reopened = new Set<string>();

  const remember = ({ name, failure }: RecordingState): void => void over.set(name, { failure });

  async function endOnce(recording: RecordingState): Promise<void> {
    const { name } = recording;
    try {
      const result = await finish(recording, signal);
      if (reopened.has(name)) return;
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
    } finally {
      underWay.delete(name);
      reopened.delete(name);
    }
  }

  const isUnderWay = (name: string): boolean => underWay.has(name) && !reopened.has(name);

  return {
    /**
     * Sees a recording through. Throws when its end could not be stored: nothing is
     * lost then, and the next call tries again.
     */
    async end(recording: RecordingState): Promise<void> {
      const { name } = recording;
      const running = underWay.get(name);
      // What a recorder has stored after all is looked at when what was made of its remains is done.
      const isNews = running !== undefined && running.wasLost && !isLost(recording);
      if (running && !isNews) return running.done;
      await running?.done.catch(() => undefined);
      const again = underWay.get(name);
      if (again) return again.done;
      const done = endOnce(recording);
      underWay.set(name, { done, wasLost: isLost(recording) });
      await done;
    },

    /** This one needs nothing more. */
    remember,

    /** The recorder of this one, which was taken for lost, is at work after all. */
    reopen(name: string): void {
      over.delete(name);
      tries.delete(name);
      if (underWay.has(name)) reopened.add(name);
    },

    /** Whether a recording's recorder has ended, as far as is known: it is in nobody's way. */
    has: (name: string): boolean => isUnderWay(name) || tries.has(name) || over.has(name),

    /** Whether a recording is being seen through. */
    isUnderWay,

    /** Whether a recording that could not be stored is left alone for now. */
    isPaused: (name: string): boolean => (tries.get(name)?.dueAt ?? -Infinity) > monotonicTime(),

    /** Whether a recording has been seen through. */
    isOver: (name: string): boolean => over.has(name),

    /** Whether a recording's recorder was taken for lost, and its remains have been, or are being, seen to. */
    wasLost: (name: string): boolean =>
      isLost({ failure: over.get(name)?.failure }) || (underWay.get(name)?.wasLost ?? false),

    /** Whether a recording was seen through since its recorder was lost before it began. */
    hadNotBegun: (name: string): boolean => over.get(name)?.failure === 'NO_RECORDER',

    /** Resolves when nothing is under way any more. */
    async settled(): Promise<void> {
      await Promise.allSettled([...underWay.values()].map(({ done }) => done));
    },
  };
}
