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
 * How long, in ms, a recorder may still take a job whose start was given up. LiveKit
 * itself gives up after 22 s.
 */
const lateStartMs = 60_000;

/** How long, in ms, whoever stops a recording waits for S3. */
const patienceMs = 2_000;

/** What people are told of a recording whose saving takes longer than usual. */
const delays = {
  notStoredYet: 'Saving waits for the storage. Nothing is lost.',
  recorderLost: 'The recorder was lost: what it stored is being put together.',
};

/** What happens to a recording while it is under way, and at its end. */
export type LifeChange = 'started' | 'ready' | 'failed';

/** Takes in what LiveKit says of recordings, and sees to their ends. */
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
  /** Hears of the egress of each recording that is under way no more. */
  onForgotten: (id: string) => void;
  maxMs: number | undefined;
  signal: AbortSignal;
  log: FastifyBaseLogger;
}) {
  /** Starts that were given up, by the recording's name: its room, and until when a late one is watched for. */
  const abandonedStarts = new Map<string, { roomName: string; until: number }>();

  /**
   * The recording that an egress makes, if it is one of ours, which are rooms as a whole,
   * filmed into our folder of our bucket under a name of ours: others may use the same LiveKit.
   */
  function ourRecordingOf(egress: EgressInfo): RecordingState | undefined {
    const kind = egress.request.case;
    if (kind !== undefined && kind !== 'roomComposite') return undefined;
    if (!library.isTarget(targetOf(egress))) return undefined;
    const recording = recordingOf(egress);
    const said = recording && parseRecordingName(recording.name);
    return said?.roomName === egress.roomName ? recording : undefined;
  }

  /** The recording of a room whose recorder is at work; one whose file is being seen to is in nobody's way. */
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
      // The next recording may have begun meanwhile.
      if (!activeIn(result.roomName)) await registry.show(result);
      onChange(result.status === 'ready' ? 'ready' : 'failed', recordingSchema.parse(result));
    },
    async onGone(recording) {
      registry.forget(recording.id);
      onForgotten(recording.id);
      // It was ready for whoever has deleted it; of that they have been told.
      const { failure: _failure, error: _error, ...rest } = recording;
      if (!activeIn(recording.roomName)) await registry.show({ ...rest, status: 'ready' });
    },
    signal,
    log,
  });

  /** Sees a recording through, and tells the room that it is saved, since a file that has to be made whole takes a while. */
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

  /** For an end whose storing nobody has to wait for: it is tried again. */
  const inBackground = (work: Promise<void>): void => {
    work.catch((error: unknown) => log.debug({ err: error }, 'the end of a recording is stored later'));
  };

  /** A recorder that was taken for lost is at work, or has stored the whole file, after all. */
  function reopen(heard: RecordingState): void {
    const recording = { ...heard, endedBy: heard.endedBy ?? ('recorder-shutdown' as const) };
    log.warn({ recording }, 'a recorder that was taken for lost is not');
    finishQueue.reopen(recording.name);
    registry.track(recording);
    void registry.show(recording);
  }

  /** Takes in what LiveKit says of an egress; the recording whose end has to be seen to, if that is what it says. */
  async function advanceBy(egress: EgressInfo): Promise<RecordingState | undefined> {
    const heard = ourRecordingOf(egress);
    if (!heard) return undefined;
    if (finishQueue.isDone(heard.name)) {
      // LiveKit goes on to call one active that is lost, but not one that was lost before it was that.
      const hasBegun = heard.status === 'recording' && finishQueue.neverBegan(heard.name);
      const hasEnded =
        finishQueue.wasDeclaredLost(heard.name) && ['stopping', 'ready'].includes(heard.status);
      if (!hasBegun && !hasEnded) return undefined;
      reopen(hasBegun ? heard : { ...heard, status: 'stopping' });
    }
    const known = registry.get(heard.id);
    const next = withLimit(advance(known, heard), maxMs);
    if (isFinal(next.status)) {
      // LiveKit remembers for a day what may have been deleted since.
      if (!known && !(await library.hasMedia(next.name))) {
        finishQueue.markDone(next);
        return undefined;
      }
      // Live until its end is stored, also for who hears of it only now.
      if (!registry.get(next.id)) registry.track({ ...next, status: 'stopping' });
      // How it is made is of interest while it is.
      const { layout: _layout, quality: _quality, audioOnly: _audioOnly, ...ended } = next;
      return ended;
    }
    const isLate = abandonedStarts.has(next.name) && next.status !== 'stopping';
    if (isLate) log.warn({ recording: next }, 'a recorder took a job after its start was given up');
    // What is to end, though nobody has heard its recorder say so, is asked to until it does.
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
     * Takes in what LiveKit says of an egress, from a webhook or asked for: in any order,
     * any number of times. What is to be done at its end is done in the background, and again
     * until it is done. No request, but for an end that is news: two to S3.
     */
    async receive(egress: EgressInfo): Promise<void> {
      const ended = await advanceBy(egress);
      if (ended) inBackground(finish(ended));
    },

    /** As {@link hear}, but resolves when the end is stored, and throws when it is not. */
    async apply(egress: EgressInfo): Promise<void> {
      const ended = await advanceBy(egress);
      if (ended) await finish(ended);
    },

    /**
     * Whether LiveKit goes on to call an egress active whose recording another process has
     * seen through; one S3 request, once. Where S3 does not say so within 2 s it counts as what LiveKit says.
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

    /** A start that nobody waits for any more: a recorder that takes its job late is stopped. */
    abandonStart(name: string, roomName: string): void {
      abandonedStarts.set(name, { roomName, until: monotonicTime() + lateStartMs });
    },

    /** The rooms in which a recorder may yet take a job whose start was given up. */
    roomsOfAbandonedStarts(): string[] {
      for (const [name, { until }] of abandonedStarts)
        if (until < monotonicTime()) abandonedStarts.delete(name);
      return [...new Set([...abandonedStarts.values()].map(({ roomName }) => roomName))];
    },
  };
}

export type Intake = ReturnType<typeof createIntake>;
