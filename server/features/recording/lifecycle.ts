import { isFinal, parseRecordingName, recordingSchema, type Recording } from '@reelroom/shared';
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

/** How old, in ms, what LiveKit told of all recordings may be where lists show it. */
const cacheMs = 500;

/** A recording under way as lists show it: before it ends, why it is to end is nobody's business. */
const asListed = ({ endedBy, ...recording }: RecordingState): Recording =>
  recordingSchema.parse(recording.status === 'stopping' ? { ...recording, endedBy } : recording);

/**
 * The life of recordings: starting, stopping, and taking in what LiveKit tells of
 * them. Nothing here is kept that LiveKit or the bucket does not know.
 */
export function createLifecycle({
  livekit,
  library,
  finalise,
  roomStatus,
  lock,
  onChange,
  crashSafe,
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
  /** Makes sure of a recording's file once its recorder has ended, and describes it. */
  finalise: Finalise;
  roomStatus: Pick<RoomStatusWriter, 'publish'>;
  lock: Lock;
  /** Hears of every recording that began, became ready or failed. */
  onChange: (change: LifeChange, recording: Recording) => void;
  /** Whether recordings are also stored in segments. */
  crashSafe: boolean;
  /** The longest a recording may be, in ms; no limit when absent. */
  maxMs: number | undefined;
  /** For how long, in ms, somebody is alone in a recorded room until asked whether it is to go on; never when 0. */
  aloneMs: number;
  /** How many may be under way at once; no limit when absent. */
  maxConcurrent: number | undefined;
  /** Aborted when this process ends. */
  signal: AbortSignal;
  log: FastifyBaseLogger;
}) {
  const registry = createRegistry({ roomStatus, crashSafe, maxMs });
  const intake = createIntake({
    ...{ registry, library, finalise, onChange, maxMs, signal, log },
    onForgotten: (id) => reconciler.forget(id),
  });
  const alone = createAlone({ afterMs: aloneMs });
  const reconciler = createReconciler({ livekit, registry, intake, alone, maxMs, signal, log });
  const { finishQueue } = intake;

  /** The recording of a room that one of these egresses makes; of those taken for lost only one whose recorder is there. */
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
    /** Takes in what LiveKit says of an egress; see {@link Intake.hear}. */
    receive: intake.receive,

    /** As `hear`, of what LiveKit says by itself. */
    async receiveWebhook(egress: EgressInfo): Promise<void> {
      await intake.receive(egress);
      // Of one that starts LiveKit tells also where it is not configured to tell of the rest.
      if (egress.status !== EgressStatus.EGRESS_STARTING) registry.markWebhook(egress.egressId);
    },

    /**
     * Starts recording a room; answers as soon as a recorder has taken the job. Three
     * LiveKit requests, one more where they are limited, and two more to tell the room.
     * @throws {ReelroomError} RECORDING_ALREADY_STARTED; ROOM_NOT_FOUND;
     *   TOO_MANY_RECORDINGS; NO_RECORDER, within 5 s, after which a recorder that takes
     *   the job late is stopped
     */
    start,

    /**
     * Stops a room's recording; answers while its file is still being finished. Asked
     * again meanwhile it answers the same. Two LiveKit requests, and two more to tell the room.
     * @throws {ReelroomError} RECORDING_NOT_STARTED; RECORDER_NOT_RESPONDING after 3 s, after
     *   which it is asked again until it stops, or is given up as lost
     */
    async stop(roomName: string): Promise<Recording> {
      // Asked first: another process may have started or stopped it. LiveKit forgets what its
      // Redis loses; a recorder that is there can be stopped all the same.
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
     * Has a room's recording go on though one person is alone there, who is asked anew after
     * some time: answers it. Two LiveKit requests to tell the room, one more where this
     * process has not heard of the recording yet.
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
     * Brings in the truth from LiveKit, so that a lost webhook costs seconds and not
     * a recording; see {@link Care.round}.
     */
    async reconcile(open: Room[]): Promise<void> {
      await reconciler.reconcile(open);
    },

    /** Follows the recordings that this process has heard of, where another one asks for all; see {@link Care.follow}. */
    follow: (): void => reconciler.follow(),

    /**
     * Looks more closely at what begins or ends, at what no webhook tells of, and at rooms
     * whose start was given up; see {@link Care.quickRound}. One LiveKit request for each.
     */
    async checkTransitions(): Promise<void> {
      reconciler.checkTransitions();
      for (const roomName of intake.roomsOfAbandonedStarts())
        await activeAmong(await livekit.activeEgresses(roomName));
    },

    /**
     * Sees recordings through that ended while no app was there to hear of it: those
     * that LiveKit still knows of (for a day) and that are not listed, the last thing that is done. One
     * request, and one to S3 for each, or a few. Throws, when all have been tried, what went
     * wrong with one.
     */
    async catchUp(): Promise<void> {
      const failures: unknown[] = [];
      for (const egress of await livekit.allEgresses()) {
        const recording = intake.ourRecordingOf(egress);
        if (!recording || !isFinal(recording.status) || finishQueue.hasEnded(recording.name)) continue;
        try {
          signal.throwIfAborted();
          const ended = await library.ensureListed(recording.name);
          // One that failed for want of its file may have it by now.
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
     * Sees a recording through that LiveKit has forgotten and of which the bucket holds
     * something, or recorders have left something; once, if it fails. Of one that is ready
     * only segments are left over; one of another library, whose recorders leave their files
     * at the same place, is left to it.
     * @param leftAt when recorders left it, in ms since 1970, if they left a file
     */
    async recover(name: string, leftAt?: number): Promise<void> {
      const ended = await library.ensureListed(name);
      if (ended === 'ready') await library.tidy(name);
      if (ended !== undefined || finishQueue.isAwaitingRetry(name)) return;
      const egress = (await livekit.allEgresses()).find((one) => recordingOf(one)?.name === name);
      if (egress) return intake.ourRecordingOf(egress) && intake.apply(egress);
      const startedAt = parseRecordingName(name)?.startedAt ?? leftAt ?? (await library.firstWrittenAt(name));
      // Somebody else has seen to it, or deleted it, meanwhile.
      if (startedAt === undefined) return;
      const said = parseRecordingName(name) ?? { roomName: '', roomId: '', startedAt };
      await intake.finish(failed({ id: '', name, ...said, size: 0, status: 'failed' }, 'RECORDER_LOST'));
    },

    /**
     * The recordings under way, in whichever process, and those whose file is being seen to
     * here; newest first. One LiveKit request, two a second at most.
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

    /** Whether a recording of this name is under way. */
    isLive: registry.isLive,

    /** Resolves when no recording is being seen to any more, soon after the signal. */
    settled: (): Promise<void> => finishQueue.settled(),

    /** Whether anything is under way that wants a close look. */
    isBusy: (): boolean => registry.all().length > 0 || intake.roomsOfAbandonedStarts().length > 0,
  };
}

export type Lifecycle = ReturnType<typeof createLifecycle>;
