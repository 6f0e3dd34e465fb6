import {
  isFinal,
  parseRecordingName,
  recordingSchema,
  type AskingMode,
  type Recording,
} from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { EgressStatus, type EgressInfo, type Room } from 'livekit-server-sdk';
import { monotonicTime } from '../../lib/clock.ts';
import { notStarted } from '../../lib/errors.ts';
import type { Livekit } from '../../adapters/livekit/livekit.ts';
import type { Lock } from '../../adapters/redis/lock.ts';
import type { RoomStatusWriter } from '../rooms/status.ts';
import { createAlone } from './alone.ts';
import { createReconciler, isNotResponding } from './reconcile.ts';
import type { Finalise } from './finalise.ts';
import { createIntake, type LifeChange } from './intake.ts';
import type { Library } from '../library/recordings.ts';
import { createRegistry } from './registry.ts';
import { createStart } from './start.ts';
import { recordingOf, type RecordingState } from '../../adapters/livekit/egress-info.ts';
import { advance, failed } from './status-machine.ts';

/** How long the list of active egresses is cached for lists, in ms. */
const cacheMs = 500;

/** A live recording as lists show it: without the reason of an end that has not happened yet. */
const asListed = ({ endedBy, ...recording }: RecordingState): Recording =>
  recordingSchema.parse(recording.status === 'stopping' ? { ...recording, endedBy } : recording);

/**
 * The life of recordings: start, stop, and EgressInfo from LiveKit. Holds nothing that LiveKit or the bucket
 * does not know.
 */
export function createLifecycle({
  livekit,
  library,
  finalise,
  roomStatus,
  lock,
  onChange,
  crashSafe,
  consent,
  maxMs,
  aloneMs,
  maxConcurrent,
  signal,
  log,
}: {
  livekit: Pick<
    Livekit,
    | 'activeEgresses'
    | 'allEgresses'
    | 'countPeople'
    | 'findEgress'
    | 'findRoom'
    | 'hasParticipant'
    | 'presentFor'
    | 'removeParticipant'
    | 'startRecording'
    | 'stopEgress'
  >;
  library: Pick<Library, 'isTarget' | 'endOf' | 'ensureListed' | 'firstWrittenAt' | 'hasMedia' | 'tidy'>;
  /** Verifies or rebuilds the MP4 of an ended recording, writes manifest and index entry. */
  finalise: Finalise;
  roomStatus: Pick<RoomStatusWriter, 'publish'>;
  lock: Lock;
  /** Called when a recording began, became ready or failed. */
  onChange: (change: LifeChange, recording: Recording) => void;
  /** Whether recordings are also stored in segments. */
  crashSafe: boolean;
  /** How participants are asked whether they are in a recording; absent where they are told. */
  consent: AskingMode | undefined;
  /** The longest a recording may be, in ms; no limit when absent. */
  maxMs: number | undefined;
  /**
   * How long somebody must be alone in a recorded room before being asked whether to go on, in ms; never when
   * 0.
   */
  aloneMs: number;
  /** How many may be under way at once; no limit when absent. */
  maxConcurrent: number | undefined;
  /** Aborted when this process ends. */
  signal: AbortSignal;
  log: FastifyBaseLogger;
}) {
  const registry = createRegistry({ roomStatus, crashSafe, consent, maxMs });
  const intake = createIntake({
    ...{ registry, library, finalise, onChange, maxMs, signal, log },
    onForgotten: (id) => reconciler.forget(id),
  });
  const alone = createAlone({ afterMs: aloneMs });
  const reconciler = createReconciler({ livekit, registry, intake, alone, maxMs, signal, log });
  const { finishQueue } = intake;
  /** Backup files that no library can claim, by the recording's name. */
  const unclaimed = new Set<string>();

  /** The active recording among these egresses; one declared lost only if its recorder is in the room. */
  async function activeAmong(egresses: EgressInfo[]): Promise<RecordingState | undefined> {
    for (const egress of egresses) {
      const heard = intake.ourRecordingOf(egress);
      if (!heard) continue;
      if (finishQueue.wasDeclaredLost(heard.name) || (await intake.endedElsewhere(egress))) {
        const isThere =
          heard.status !== 'starting' && (await livekit.hasParticipant(heard.roomName, heard.id));
        if (!isThere) continue;
        intake.reopen(heard);
      } else await intake.receive(egress);
      const known = registry.get(heard.id);
      if (known && !finishQueue.hasEnded(known.name)) return known;
    }
    return undefined;
  }

  const start = createStart({
    ...{ livekit, registry, intake, lock, maxConcurrent },
    hasActive: async (egresses) => (await activeAmong(egresses)) !== undefined,
  });

  let activeEgressCache = { askedAt: -Infinity, egresses: Promise.resolve<EgressInfo[]>([]) };
  const cachedActiveEgresses = (): Promise<EgressInfo[]> => {
    if (monotonicTime() - activeEgressCache.askedAt > cacheMs)
      activeEgressCache = { askedAt: monotonicTime(), egresses: livekit.activeEgresses() };
    return activeEgressCache.egresses;
  };

  return {
    /** Applies EgressInfo; see {@link Intake.receive}. */
    receive: intake.receive,

    /** As `receive`, for EgressInfo from a webhook. */
    async receiveWebhook(egress: EgressInfo): Promise<void> {
      await intake.receive(egress);
      // LiveKit sends a webhook for a starting egress even where no others are configured.
      if (egress.status !== EgressStatus.EGRESS_STARTING) registry.markWebhook(egress.egressId);
    },

    /**
     * Starts recording a room; resolves as soon as a recorder has taken the job. Three LiveKit requests, one
     * more with `maxConcurrent`, and two for the room's status.
     * @throws {ReelroomError} RECORDING_ALREADY_STARTED; ROOM_NOT_FOUND; TOO_MANY_RECORDINGS; NO_RECORDER
     *   within 5 s: a recorder that takes the job later is stopped
     */
    start,

    /**
     * Stops a room's recording; resolves while it is still being finalised. Idempotent until then. Two
     * LiveKit requests, and two for the room's status.
     * @throws {ReelroomError} RECORDING_NOT_STARTED; RECORDER_NOT_RESPONDING after 3 s: the stop is retried
     *   until the recorder stops or is declared lost
     */
    async stop(roomName: string): Promise<Recording> {
      // LiveKit first: another process may have started or stopped it. LiveKit forgets what its Redis loses,
      // but a running recorder can still be stopped.
      const recording =
        (await activeAmong(await livekit.activeEgresses(roomName))) ?? intake.activeIn(roomName);
      if (!recording) throw notStarted();
      if (recording.status === 'stopping') return recordingSchema.parse(recording);

      registry.track({ ...recording, endedBy: 'stop' });
      try {
        await reconciler.stop(recording);
      } catch (error) {
        const isAsked = registry.get(recording.id)?.endedBy === 'stop';
        if (isAsked && !isNotResponding(error)) registry.track(recording);
        throw error;
      }
      const stopping: RecordingState = { ...recording, status: 'stopping', endedBy: 'stop' };
      const now = registry.get(recording.id);
      if (now && now.status !== 'stopping') {
        registry.track(stopping);
        void registry.show(stopping);
      }
      return recordingSchema.parse(stopping);
    },

    /**
     * Lets a room's recording go on though one person is alone there, who is asked again after some time;
     * returns it. Two LiveKit requests for the room's status, one more where this process does not know the
     * recording.
     * @throws {ReelroomError} RECORDING_NOT_STARTED
     */
    async keepRecording(roomName: string): Promise<Recording> {
      const recording =
        intake.activeIn(roomName) ?? (await activeAmong(await livekit.activeEgresses(roomName)));
      if (!recording) throw notStarted();
      alone.forget(recording.id);
      registry.askUntil(recording.id, undefined);
      return asListed(recording);
    },

    /**
     * Reconciles with LiveKit, so that a lost webhook costs seconds and not a recording; see {@link
     * Reconciler.reconcile}.
     */
    async reconcile(open: Room[]): Promise<void> {
      await reconciler.reconcile(open);
    },

    /**
     * Follows the recordings of this process, while another one reconciles; see {@link createReconciler}.
     */
    follow: (): void => reconciler.follow(),

    /**
     * Follows recordings that begin, end or send no webhooks, and rooms with abandoned starts; see {@link
     * Reconciler.checkTransitions}. One LiveKit request for each.
     */
    async checkTransitions(): Promise<void> {
      reconciler.checkTransitions();
      for (const roomName of intake.roomsOfAbandonedStarts())
        await activeAmong(await livekit.activeEgresses(roomName));
    },

    /**
     * Finalises recordings that ended while no app process ran: those that LiveKit still keeps (for a day)
     * and that are not in the index, the last write. One request, and one to S3 for each, or a few. Throws
     * the first failure after all were tried.
     */
    async catchUp(): Promise<void> {
      const failures: unknown[] = [];
      for (const egress of await livekit.allEgresses()) {
        const recording = intake.ourRecordingOf(egress);
        if (!recording || !isFinal(recording.status) || finishQueue.hasEnded(recording.name)) continue;
        try {
          signal.throwIfAborted();
          const ended = await library.ensureListed(recording.name);
          // One that failed for lack of its file may have it by now.
          const isNews = ended === undefined || (ended === 'failed' && recording.status === 'ready');
          if (isNews) await intake.apply(egress);
          else finishQueue.markDone(recording);
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },

    /**
     * Those recordings with a backup file that are this library's, by LiveKit; of those that LiveKit has
     * forgotten all, or none where the folder is shared. One request, none without names.
     * @param isShared whether another library uses the same backup folder with the same path
     */
    async ownAmong(names: string[], isShared: boolean): Promise<string[]> {
      if (names.length === 0) return [];
      const egresses = await livekit.allEgresses();
      return names.filter((name) => {
        const egress = egresses.find((one) => recordingOf(one)?.name === name);
        if (egress) return intake.ourRecordingOf(egress) !== undefined;
        if (isShared && !unclaimed.has(name)) {
          unclaimed.add(name);
          log.warn(
            { name },
            'a backup file stays: libraries share the folder, and LiveKit has forgotten whose it is',
          );
        }
        return !isShared;
      });
    },

    /**
     * Finalises an orphan: LiveKit has forgotten it, and segments or a backup file are left; tried once. For
     * a ready one only leftover segments are deleted; one of another library is ignored.
     * @param leftAt when its backup file was written, in ms since 1970, if there is one
     */
    async recover(name: string, leftAt?: number): Promise<void> {
      const ended = await library.ensureListed(name);
      if (ended === 'ready') await library.tidy(name);
      if (ended !== undefined || finishQueue.isAwaitingRetry(name)) return;
      const egress = (await livekit.allEgresses()).find((one) => recordingOf(one)?.name === name);
      if (egress) return intake.ourRecordingOf(egress) && intake.apply(egress);
      const startedAt = parseRecordingName(name)?.startedAt ?? leftAt ?? (await library.firstWrittenAt(name));
      // Another process has finalised or deleted it meanwhile.
      if (startedAt === undefined) return;
      const said = parseRecordingName(name) ?? { roomName: '', roomId: '', startedAt };
      await intake.finish(failed({ id: '', name, ...said, size: 0, status: 'failed' }, 'RECORDER_LOST'));
    },

    /**
     * The live recordings of all processes, and those being finalised here; newest first. One LiveKit
     * request, two a second at most.
     */
    async underWay(): Promise<Recording[]> {
      const egresses = await cachedActiveEgresses();
      const known = new Map(registry.all().map((recording) => [recording.id, recording]));
      for (const egress of egresses) {
        const heard = intake.ourRecordingOf(egress);
        if (heard && !finishQueue.hasEnded(heard.name))
          known.set(heard.id, advance(known.get(heard.id), heard));
      }
      return [...known.values()]
        .filter(({ name, status }) => !isFinal(status) && !finishQueue.isDone(name))
        .map(asListed)
        .sort((one, other) => other.startedAt - one.startedAt);
    },

    /** Whether a recording of this name is live. */
    isLive: registry.isLive,

    /** Resolves when no recording is being finalised, soon after the signal. */
    settled: (): Promise<void> => finishQueue.settled(),

    /** Whether there are live recordings or abandoned starts. */
    isBusy: (): boolean => registry.all().length > 0 || intake.roomsOfAbandonedStarts().length > 0,
  };
}

export type Lifecycle = ReturnType<typeof createLifecycle>;
