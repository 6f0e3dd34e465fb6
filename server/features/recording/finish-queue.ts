import type { Failure } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { LRUCache } from 'lru-cache';
import { createBackOff } from '../../lib/back-off.ts';
import type { Finalise } from './finalise.ts';
import type { RecordingState } from '../../adapters/livekit/egress-info.ts';

/** How many finished recordings are remembered, so that a repeated "ended" changes nothing. */
const maxDone = 1_000;

/** The pauses before a failed recording is retried. */
const pauses = { firstMs: 2_000, longestMs: 60_000 };

/** Whether a recording ended because its recorder was lost, which may come back. */
const isLost = ({ failure }: { failure?: Failure | undefined }) =>
  failure === 'RECORDER_LOST' || failure === 'NO_RECORDER';

/**
 * Runs `finalise` once per recording (by name), however often it is enqueued, and retries failures with
 * back-off.
 */
export function createFinishQueue({
  finalise,
  onDelayed,
  onEnded,
  onGone,
  signal,
  log,
}: {
  /** Verifies or rebuilds the MP4, writes manifest and index entry. */
  finalise: Finalise;
  /** Called when a recording could not be stored yet. */
  onDelayed: (recording: RecordingState) => void;
  /** Called with the final state of a finalised recording. */
  onEnded: (result: RecordingState) => Promise<void>;
  /** Called when a recording turned out to be deleted. */
  onGone: (recording: RecordingState) => Promise<void>;
  /** Aborted when this process ends: another one finishes what is running. */
  signal: AbortSignal;
  log: FastifyBaseLogger;
}) {
  /** Recordings being finalised, and whether their recorder was declared lost. */
  const running = new Map<string, { done: Promise<void>; wasLost: boolean }>();
  /** Finished recordings, with their failure if any. */
  const done = new LRUCache<string, { failure: Failure | undefined }>({ max: maxDone });
  const retries = createBackOff(pauses);
  /** Recordings whose recorder came back while they were being finalised. */
  const reopened = new Set<string>();

  const markDone = ({ name, failure }: RecordingState): void => void done.set(name, { failure });

  async function runOnce(recording: RecordingState): Promise<void> {
    const { name } = recording;
    try {
      const result = await finalise(recording, signal);
      if (reopened.has(name)) return;
      retries.forget(name);
      markDone(recording);
      log.info({ recording: result ?? recording }, `recording ${result?.status ?? 'deleted'}`);
      await (result ? onEnded(result) : onGone(recording));
    } catch (error) {
      if (signal.aborted) throw error;
      const pauseMs = retries.pause(name);
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
     * Finalises a recording, or joins the run in progress. Throws when it could not be stored: nothing is
     * lost, and the next call retries.
     */
    async enqueue(recording: RecordingState): Promise<void> {
      const { name } = recording;
      const current = running.get(name);
      // A recorder that was declared lost has stored its file after all: finalised after the current run.
      const isNews = current !== undefined && current.wasLost && !isLost(recording);
      if (current && !isNews) return current.done;
      await current?.done.catch(() => undefined);
      const again = running.get(name);
      if (again) return again.done;
      const done = runOnce(recording);
      running.set(name, { done, wasLost: isLost(recording) });
      await done;
    },

    /** Marks a recording as finished. */
    markDone,

    /** Undoes the end of a recording whose recorder was wrongly declared lost. */
    reopen(name: string): void {
      done.delete(name);
      retries.forget(name);
      if (running.has(name)) reopened.add(name);
    },

    /** Whether a recording's recorder has ended, as far as is known. */
    hasEnded: (name: string): boolean => isRunning(name) || retries.has(name) || done.has(name),

    /** Whether a recording is being finalised. */
    isRunning,

    /** Whether a failed recording waits for its retry. */
    isAwaitingRetry: retries.isPausing,

    /** Whether a recording is finished. */
    isDone: (name: string): boolean => done.has(name),

    /** Whether a recording's recorder was declared lost, and its remains are finalised or being finalised. */
    wasDeclaredLost: (name: string): boolean =>
      isLost({ failure: done.get(name)?.failure }) || (running.get(name)?.wasLost ?? false),

    /** Whether a recording is finished because its recorder was lost before it began. */
    neverBegan: (name: string): boolean => done.get(name)?.failure === 'NO_RECORDER',

    /** Resolves when nothing is being finalised. */
    async settled(): Promise<void> {
      await Promise.allSettled([...running.values()].map(({ done }) => done));
    },
  };
}
