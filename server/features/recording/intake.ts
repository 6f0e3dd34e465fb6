import { setTimeout as sleep } from 'node:timers/promises';
import { isFinal, parseRecordingName, recordingSchema, type Recording } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { EgressInfo } from 'livekit-server-sdk';
import { monotonicTime } from '../../lib/clock.ts';
import { createFinishQueue } from './finish-queue.ts';
import type { Finalise } from './finalise.ts';
import type { Library } from '../library/recordings.ts';
import { withLimit } from './limits.ts';
import type { Registry } from './registry.ts';
import { recordingOf, targetOf, type RecordingState } from '../../adapters/livekit/egress-info.ts';
import { advance, failed } from './status-machine.ts';

/**
 * How long a recorder may still take the job of an abandoned start, in ms. LiveKit itself gives up after 22
 * s.
 */
const lateStartMs = 60_000;

/** How long a stop waits for S3, in ms. */
const patienceMs = 2_000;

/** Sentences for people, shown while saving takes longer than usual. */
const delays = {
  notStoredYet: 'Saving waits for the storage. Nothing is lost.',
  recorderLost: 'The recorder was lost: what it stored is being put together.',
};

/** Changes in a recording's life. */
export type LifeChange = 'started' | 'ready' | 'failed';

/** Applies EgressInfo to recordings, and finalises those that have ended. */
export function createIntake({
  registry,
  library,
  finalise,
  onChange,
  onForgotten,
  maxMs,
  signal,
  log,
}: {
  registry: Registry;
  library: Pick<Library, 'isTarget' | 'endOf' | 'hasMedia'>;
  finalise: Finalise;
  onChange: (change: LifeChange, recording: Recording) => void;
  /** Called with the egress id of each recording that is no longer live. */
  onForgotten: (id: string) => void;
  maxMs: number | undefined;
  signal: AbortSignal;
  log: FastifyBaseLogger;
}) {
  /** Abandoned starts by the recording's name: the room, and until when a late recorder is expected. */
  const abandonedStarts = new Map<string, { roomName: string; until: number }>();

  /**
   * The recording of an egress of ours: a room composite into our folder and bucket under a name of ours;
   * undefined for others, which may share the LiveKit.
   */
  function ourRecordingOf(egress: EgressInfo): RecordingState | undefined {
    const kind = egress.request.case;
    if (kind !== undefined && kind !== 'roomComposite') return undefined;
    if (!library.isTarget(targetOf(egress))) return undefined;
    const recording = recordingOf(egress);
    const said = recording && parseRecordingName(recording.name);
    return said?.roomName === egress.roomName ? recording : undefined;
  }

  /** The active recording of a room, without those being finalised. */
  const activeIn = (roomName: string): RecordingState | undefined =>
    registry.all().find((one) => one.roomName === roomName && !finishQueue.hasEnded(one.name));

  const finishQueue = createFinishQueue({
    finalise,
    onDelayed(recording) {
      const delayed: RecordingState = { ...recording, status: 'stopping', error: delays.notStoredYet };
      if (registry.get(recording.id)) registry.track(delayed);
      if (!activeIn(recording.roomName)) void registry.show(delayed);
    },
    async onEnded(result) {
      registry.forget(result.id);
      onForgotten(result.id);
      // The room's next recording may have begun.
      if (!activeIn(result.roomName)) await registry.show(result);
      onChange(result.status === 'ready' ? 'ready' : 'failed', recordingSchema.parse(result));
    },
    async onGone(recording) {
      registry.forget(recording.id);
      onForgotten(recording.id);
      // It was ready for the process that deleted it, which published the deletion.
      const { failure: _failure, error: _error, ...rest } = recording;
      if (!activeIn(recording.roomName)) await registry.show({ ...rest, status: 'ready' });
    },
    signal,
    log,
  });

  /** Finalises a recording, and shows `stopping` in its room, since a rebuild takes a while. */
  async function finish(recording: RecordingState): Promise<void> {
    const known = registry.get(recording.id);
    if (known && known.status !== 'stopping') {
      const isLost = recording.failure === 'RECORDER_LOST';
      const stopping: RecordingState = {
        ...known,
        status: 'stopping',
        ...(isLost && { error: delays.recorderLost }),
      };
      registry.track(stopping);
      void registry.show(stopping);
    }
    await finishQueue.enqueue(recording);
  }

  /** Runs finalising in the background: failures are retried. */
  const inBackground = (work: Promise<void>): void => {
    work.catch((error: unknown) => log.debug({ err: error }, 'a recording is finalised later'));
  };

  /** Undoes declaring a recorder lost that still records, or has stored its file. */
  function reopen(heard: RecordingState): void {
    const recording = { ...heard, endedBy: heard.endedBy ?? ('recorder-shutdown' as const) };
    log.warn({ recording }, 'a recorder was wrongly declared lost');
    finishQueue.reopen(recording.name);
    registry.track(recording);
    void registry.show(recording);
  }

  /** Advances a recording by EgressInfo; returns it if it must be finalised now. */
  async function advanceBy(egress: EgressInfo): Promise<RecordingState | undefined> {
    const heard = ourRecordingOf(egress);
    if (!heard) return undefined;
    if (finishQueue.isDone(heard.name)) {
      // LiveKit keeps reporting a lost egress as active, but not one that was lost before it became active.
      const hasBegun = heard.status === 'recording' && finishQueue.neverBegan(heard.name);
      const hasEnded =
        finishQueue.wasDeclaredLost(heard.name) && ['stopping', 'ready'].includes(heard.status);
      if (!hasBegun && !hasEnded) return undefined;
      reopen(hasBegun ? heard : { ...heard, status: 'stopping' });
    }
    const known = registry.get(heard.id);
    const next = withLimit(advance(known, heard), maxMs);
    if (isFinal(next.status)) {
      // LiveKit keeps an ended egress for a day; the recording may have been deleted since.
      if (!known && !(await library.hasMedia(next.name))) {
        finishQueue.markDone(next);
        return undefined;
      }
      // Live until it is finalised, also in a process that learns of it only now.
      if (!registry.get(next.id)) registry.track({ ...next, status: 'stopping' });
      // The options matter only while recording.
      const { layout: _layout, quality: _quality, audioOnly: _audioOnly, ...ended } = next;
      return ended;
    }
    const isLate = abandonedStarts.has(next.name) && next.status !== 'stopping';
    if (isLate) log.warn({ recording: next }, 'a recorder took the job of an abandoned start');
    // With `endedBy` set, the reconciler asks the recorder to stop until it does.
    registry.track(isLate ? { ...next, endedBy: 'stop' } : next);
    if (known?.status !== next.status || known.recordingSince !== next.recordingSince)
      void registry.show(next);
    if (!known) onChange('started', recordingSchema.parse(next));
    return undefined;
  }

  return {
    ourRecordingOf,
    activeIn,
    finish,
    finishQueue,
    inBackground,
    reopen,

    /**
     * Applies EgressInfo from a webhook or a request, in any order, any number of times. An ended recording
     * is finalised in the background, with retries. No request, but two to S3 for a newly ended one.
     */
    async receive(egress: EgressInfo): Promise<void> {
      const ended = await advanceBy(egress);
      if (ended) inBackground(finish(ended));
    },

    /** As {@link receive}, but resolves when an ended recording is finalised, and throws when that fails. */
    async apply(egress: EgressInfo): Promise<void> {
      const ended = await advanceBy(egress);
      if (ended) await finish(ended);
    },

    /**
     * Whether another process has finalised the recording of an egress that LiveKit still reports as active;
     * one S3 request, once. False where S3 does not answer within 2 s.
     */
    async endedElsewhere(egress: EgressInfo): Promise<boolean> {
      const heard = ourRecordingOf(egress);
      if (!heard || registry.get(heard.id)) return false;
      if (finishQueue.isDone(heard.name)) return true;
      const answer = library.endOf(heard.name).catch(() => undefined);
      const endOf = await Promise.race([answer, sleep(patienceMs, undefined, { ref: false })]);
      if (endOf === undefined) return false;
      finishQueue.markDone(failed(heard, 'RECORDER_LOST'));
      return true;
    },

    /** Marks a start as abandoned: a recorder that takes its job late is stopped. */
    abandonStart(name: string, roomName: string): void {
      abandonedStarts.set(name, { roomName, until: monotonicTime() + lateStartMs });
    },

    /** The rooms in which a recorder may still take the job of an abandoned start. */
    roomsOfAbandonedStarts(): string[] {
      for (const [name, { until }] of abandonedStarts)
        if (until < monotonicTime()) abandonedStarts.delete(name);
      return [...new Set([...abandonedStarts.values()].map(({ roomName }) => roomName))];
    },
  };
}

export type Intake = ReturnType<typeof createIntake>;
