import {
  isFinal,
  parseRecordingName,
  parseRoomState,
  recordingName,
  recordingSchema,
  type Recording,
  type RoomStatus,
  type StartOptions,
} from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { EgressInfo, Room } from 'livekit-server-sdk';
import {
  alreadyStarted,
  notStarted,
  roomNotFound,
  tooManyRecordings,
  toReelroomError,
} from '../../errors.ts';
import type { Livekit } from '../../plugins/livekit.ts';
import type { RoomLock } from '../rooms/lock.ts';
import type { RoomStatusWriter } from '../rooms/status.ts';
import { createEnding } from './ending.ts';
import type { Finish } from './finish.ts';
import type { Library } from './library.ts';
import { reasonToEnd, tookTooLong, withLimit } from './limits.ts';
import type { RecorderWatch } from './recorder-watch.ts';
import { advance, failed, hasEnded, recordingOf, targetOf, type RecordingState } from './state.ts';

/**
 * How long, in ms, a recorder may still take a job whose start was given up. LiveKit
 * itself gives up after 22 s.
 */
const lateStartMs = 60_000;

/** What people are told of a recording whose saving takes longer than usual. */
const delays = {
  notStoredYet: 'Saving waits for the storage. Nothing is lost.',
  recorderLost: 'The recorder was lost: what it stored is being put together.',
};

/** How old, in ms, what LiveKit told of all recordings may be where lists show it. */
const recentMs = 500;

/**
 * The life of recordings: starting, stopping, and taking in what LiveKit tells of
 * them. Nothing here is kept that LiveKit or the bucket does not know.
 */
export function createLifecycle({
  livekit,
  library,
  finish,
  roomStatus,
  roomLock,
  recorderWatch,
  onChange,
  crashSafe,
  maxMs,
  maxConcurrent,
  signal,
  log,
}: {
  livekit: Livekit;
  library: Library;
  /** Makes sure of a recording's file once its recorder has ended, and describes it. */
  finish: Finish;
  roomStatus: RoomStatusWriter;
  roomLock: RoomLock;
  recorderWatch: RecorderWatch;
  /** Hears of every recording that began, became ready or failed. */
  onChange: (change: 'started' | 'ready' | 'failed', recording: Recording) => void;
  /** Whether recordings are also stored in segments. */
  crashSafe: boolean;
  /** The longest a recording may be, in ms; no limit when absent. */
  maxMs: number | undefined;
  /** How many may be under way at once; no limit when absent. */
  maxConcurrent: number | undefined;
  /** Aborted when this process ends. */
  signal: AbortSignal;
  log: FastifyBaseLogger;
}) {
  /** By egress id. */
  const live = new Map<string, RecordingState>();
  /** Names of recordings whose start was given up, with the time until which a late one is watched for. */
  const givenUp = new Map<string, number>();

  /** The recording that an egress makes, if it goes where our recordings are: others may use the same LiveKit. */
  const ourRecordingOf = (egress: EgressInfo) =>
    library.isTarget(targetOf(egress)) ? recordingOf(egress) : undefined;

  /** Whether an egress makes a recording of ours; LiveKit goes on to call those active whose recorder is lost. */
  const isAtWork = (egress: EgressInfo) => {
    const recording = ourRecordingOf(egress);
    return recording !== undefined && !ending.has(recording.name);
  };

  /** The recording of a room whose recorder is at work; one whose file is being seen to is in nobody's way. */
  const recordedIn = (roomName: string) =>
    [...live.values()].find(({ name, roomName: its }) => its === roomName && !ending.has(name));

  const toRoomStatus = ({
    id,
    name,
    status,
    endedBy,
    error,
    recordingSince,
  }: RecordingState): RoomStatus => ({
    id,
    name,
    status,
    ...(crashSafe && { watchable: status === 'recording' }),
    ...(endedBy !== undefined && { endedBy }),
    ...(error !== undefined && { error }),
    ...(recordingSince !== undefined && {
      recordingSince,
      ...(maxMs !== undefined && { endsAt: recordingSince + maxMs }),
    }),
  });

  const show = (recording: RecordingState) => roomStatus.publish(recording.roomName, toRoomStatus(recording));

  const keep = (recording: RecordingState) => live.set(recording.id, recording);

  /** Ends a recording that nobody waits for any more, since its start was given up. */
  async function stopLate(recording: RecordingState): Promise<void> {
    log.warn({ recording }, 'a recorder took a job after its start was given up: stopping it');
    await livekit.stopEgress(recording.id).catch((error: unknown) => {
      log.warn({ err: error, recording }, 'a late recording could not be stopped yet');
    });
  }

  const ending = createEnding({
    finish,
    onDelayed(recording) {
      const delayed: RecordingState = { ...recording, status: 'stopping', error: delays.notStoredYet };
      if (live.has(recording.id)) keep(delayed);
      if (!recordedIn(recording.roomName)) void show(delayed);
    },
    async onEnded(result) {
      live.delete(result.id);
      recorderWatch.forget(result.id);
      // The next recording may have begun meanwhile.
      if (!recordedIn(result.roomName)) await show(result);
      onChange(result.status === 'ready' ? 'ready' : 'failed', recordingSchema.parse(result));
    },
    async onGone(recording) {
      live.delete(recording.id);
      recorderWatch.forget(recording.id);
      // It was ready for whoever has deleted it; of that they have been told.
      const { failure: _failure, error: _error, ...rest } = recording;
      if (!recordedIn(recording.roomName)) await show({ ...rest, status: 'ready' });
    },
    signal,
    log,
  });

  /** Sees a recording through, and tells the room that it is saved, since a file that has to be made whole takes a while. */
  async function end(recording: RecordingState): Promise<void> {
    const known = live.get(recording.id);
    if (known && known.status !== 'stopping') {
      const isLost = recording.failure === 'RECORDER_LOST';
      const stopping: RecordingState = {
        ...known,
        status: 'stopping',
        ...(isLost && { error: delays.recorderLost }),
      };
      keep(stopping);
      void show(stopping);
    }
    await ending.end(recording);
  }

  /** Whether a recorder that was taken for lost has stored the whole file after all. */
  const wasMistaken = ({ name, status }: RecordingState): boolean =>
    status === 'ready' && ending.wasLost(name);

  /**
   * Takes in what LiveKit says of an egress, from a webhook or asked for: in any
   * order, any number of times. Throws as {@link end} does.
   */
  async function apply(egress: EgressInfo): Promise<void> {
    const heard = ourRecordingOf(egress);
    if (!heard || (ending.isOver(heard.name) && !wasMistaken(heard))) return;
    const known = live.get(heard.id);
    const next = withLimit(advance(known, heard), maxMs);
    if (givenUp.has(next.name) && !isFinal(next.status) && known?.status !== 'stopping') await stopLate(next);
    if (isFinal(next.status)) {
      // LiveKit remembers for a day what may have been deleted since.
      if (!known && !(await library.holds(next.name))) {
        ending.remember(next);
        return;
      }
      // Live until its end is stored, also for who hears of it only now.
      if (!known) keep({ ...next, status: 'stopping' });
      await end(next);
    } else {
      keep(next);
      if (known?.status !== next.status || known.recordingSince !== next.recordingSince) void show(next);
      if (!known) onChange('started', recordingSchema.parse(next));
    }
  }

  /**
   * Ends a recording that takes too long to begin, has become too long, or has lost its
   * recorder or its room; or that LiveKit does not know any more.
   */
  async function lookAfter(recording: RecordingState, isKnown: boolean): Promise<void> {
    const recorder = await recorderWatch.look(recording, isKnown);
    const now = Date.now();
    const endedBy = reasonToEnd(recording, { recorder, isKnown, maxMs, now });
    if (recorder === 'lost') {
      log.error({ recording }, 'the recorder is lost');
      inBackground(end(failed(recording, 'RECORDER_LOST')));
    } else if (endedBy !== undefined || tookTooLong(recording, now)) {
      keep({ ...(endedBy !== undefined && { endedBy }), ...recording });
      if (isKnown) inBackground(apply(await livekit.stopEgress(recording.id)));
    }
  }

  /** For an end whose storing nobody has to wait for: the reconciler tries again. */
  const inBackground = (work: Promise<void>): void => {
    work.catch((error: unknown) => log.debug({ err: error }, 'it is tried again'));
  };

  /** Whether LiveKit goes on to call an egress active whose recording another process has seen through; one S3 request, once. */
  async function isLongLost(egress: EgressInfo): Promise<boolean> {
    const heard = ourRecordingOf(egress);
    if (!heard || live.has(heard.id) || ending.isOver(heard.name)) return false;
    if ((await library.endOf(heard.name)) === undefined) return false;
    ending.remember(failed(heard, 'RECORDER_LOST'));
    return true;
  }

  /**
   * Whether a room is shown that another library records it, with which we share the
   * LiveKit. It is shown one recording, and whoever is in it has to know of each.
   */
  function isRecordedElsewhere(room: Room, egresses: EgressInfo[]): boolean {
    const shown = parseRoomState(room.metadata).recording;
    if (!shown || isFinal(shown.status)) return false;
    return egresses.some((egress) => !ourRecordingOf(egress) && recordingOf(egress)?.name === shown.name);
  }

  async function startUnlocked(options: StartOptions): Promise<Recording> {
    const { roomName } = options;
    const [room, egresses] = await Promise.all([livekit.findRoom(roomName), livekit.activeEgresses()]);
    if (!room) throw roomNotFound();
    const active = egresses.filter(isAtWork);
    for (const egress of active.filter((one) => one.roomName === roomName)) {
      if (await isLongLost(egress)) continue;
      await apply(egress);
      throw alreadyStarted();
    }
    if (isRecordedElsewhere(room, egresses)) throw alreadyStarted();
    if (maxConcurrent !== undefined && active.length >= maxConcurrent) throw tooManyRecordings(maxConcurrent);

    const startedAt = Date.now();
    const name = recordingName({ name: roomName, id: room.sid }, startedAt);
    const asked = { id: '', name, roomName, roomId: room.sid, startedAt, size: 0 };
    void show({ ...asked, status: 'starting' });
    try {
      const egress = await livekit.startRecording(name, options);
      await apply(egress);
      return recordingSchema.parse(recordingOf(egress));
    } catch (error) {
      givenUp.set(name, Date.now() + lateStartMs);
      const { message } = toReelroomError(error);
      void show({ ...failed({ ...asked, status: 'failed' }, 'NO_RECORDER'), error: message });
      throw error;
    }
  }

  let recent = { askedAt: 0, egresses: Promise.resolve<EgressInfo[]>([]) };
  const recentEgresses = (): Promise<EgressInfo[]> => {
    if (Date.now() - recent.askedAt > recentMs)
      recent = { askedAt: Date.now(), egresses: livekit.activeEgresses() };
    return recent.egresses;
  };

  return {
    apply,

    /**
     * Starts recording a room; answers as soon as a recorder has taken the job. Three
     * LiveKit requests, and two more to tell the room.
     * @throws {ReelroomError} RECORDING_ALREADY_STARTED; ROOM_NOT_FOUND;
     *   TOO_MANY_RECORDINGS; NO_RECORDER, within 5 s, after which a recorder that takes
     *   the job late is stopped
     */
    async start(options: StartOptions): Promise<Recording> {
      return roomLock.withLock(options.roomName, () => startUnlocked(options));
    },

    /**
     * Stops a room's recording; answers while its file is still being finished. Asked
     * again meanwhile it answers the same. Two LiveKit requests, and two more to tell the room.
     * @throws {ReelroomError} RECORDING_NOT_STARTED
     */
    async stop(roomName: string): Promise<Recording> {
      // Asked first: another process may have started or stopped it.
      const [egress] = (await livekit.activeEgresses(roomName)).filter(isAtWork);
      if (egress && !(await isLongLost(egress))) await apply(egress);
      // LiveKit forgets what its Redis loses; a recorder that is there can be stopped all the same.
      const recording = egress ? live.get(egress.egressId) : recordedIn(roomName);
      if (!recording) throw notStarted();
      if (recording.status === 'stopping') return recordingSchema.parse(recording);

      const stopping: RecordingState = { ...recording, status: 'stopping', endedBy: 'stop' };
      keep(stopping);
      void show(stopping);
      try {
        inBackground(apply(await livekit.stopEgress(recording.id)));
      } catch (error) {
        const now = await livekit.findEgress(recording.id);
        if (!now || !hasEnded(now)) {
          keep(recording);
          void show(recording);
          throw error;
        }
        // It ended by itself in that very moment.
        inBackground(apply(now));
      }
      return recordingSchema.parse(stopping);
    },

    /**
     * Brings in the truth from LiveKit, so that a lost webhook costs seconds and not
     * a recording: one request for all, one for each that has ended meanwhile or is new,
     * and one every few seconds for each to see whether its recorder is there.
     */
    async reconcile(): Promise<void> {
      for (const [name, until] of givenUp) if (until < Date.now()) givenUp.delete(name);
      const active = await livekit.activeEgresses();
      const isActive = new Set(active.map((egress) => egress.egressId));
      for (const egress of active) if (!(await isLongLost(egress))) await apply(egress);
      for (const recording of [...live.values()]) {
        if (ending.isUnderWay(recording.name) || ending.isPaused(recording.name)) continue;
        const egress = isActive.has(recording.id) ? undefined : await livekit.findEgress(recording.id);
        if (egress) inBackground(apply(egress));
        else await lookAfter(recording, isActive.has(recording.id));
      }
    },

    /**
     * Sees recordings through that ended while no app was there to hear of it: those
     * that LiveKit still knows of (for a day) and that are not listed, as they are last of
     * all. One request, and one to S3 for each, or a few.
     */
    async catchUp(): Promise<void> {
      for (const egress of await livekit.allEgresses()) {
        const recording = ourRecordingOf(egress);
        if (!recording || !isFinal(recording.status) || ending.isOver(recording.name)) continue;
        const ended = await library.ensureListed(recording.name);
        // One that failed for want of its file may have it by now.
        if (ended === undefined || (ended === 'failed' && recording.status === 'ready')) await apply(egress);
        else ending.remember(recording);
      }
    },

    /**
     * Sees a recording through that LiveKit has forgotten and of which the bucket holds
     * something, or recorders have left something; once, if it fails. Of one that is ready
     * only segments are left over; one of another library, whose recorders leave their files
     * at the same place, is left to it.
     */
    async recover(name: string): Promise<void> {
      const ended = await library.ensureListed(name);
      if (ended === 'ready') await library.tidy(name);
      if (ended !== undefined || ending.isPaused(name)) return;
      const egress = (await livekit.allEgresses()).find((one) => recordingOf(one)?.name === name);
      if (egress && !ourRecordingOf(egress)) return;
      const said = parseRecordingName(name) ?? {
        ...{ roomName: '', roomId: '' },
        startedAt: await library.startOf(name),
      };
      await end(failed({ id: '', name, ...said, size: 0, status: 'failed' }, 'RECORDER_LOST'));
    },

    /**
     * The recordings under way, in whichever process, and those whose file is being seen to
     * here; newest first. One LiveKit request, two a second at most.
     */
    async underWay(): Promise<Recording[]> {
      const known = new Map(live);
      for (const egress of (await recentEgresses()).filter(isAtWork)) {
        const heard = ourRecordingOf(egress);
        if (heard) known.set(heard.id, advance(known.get(heard.id), heard));
      }
      return [...known.values()]
        .filter(({ name, status }) => !isFinal(status) && !ending.isOver(name))
        .map((recording) => recordingSchema.parse(recording))
        .sort((one, other) => other.startedAt - one.startedAt);
    },

    /** Whether a recording of this name is under way. */
    isLive: (name: string): boolean => [...live.values()].some((recording) => recording.name === name),

    /** Resolves when no recording is being seen to any more, soon after the signal. */
    settled: (): Promise<void> => ending.settled(),

    /** Whether anything is under way that wants a close look. */
    isBusy: (): boolean => live.size > 0 || givenUp.size > 0,
  };
}

export type Lifecycle = ReturnType<typeof createLifecycle>;
