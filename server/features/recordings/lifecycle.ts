import {
  isFinal,
  parseRecordingName,
  recordingName,
  recordingSchema,
  type Recording,
  type RoomStatus,
  type StartOptions,
} from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { EgressInfo } from 'livekit-server-sdk';
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
import type { Finish } from './finish.ts';
import type { Library } from './library.ts';
import type { RecorderWatch } from './recorder-watch.ts';
import { advance, failed, hasEnded, recordingOf, targetOf, type RecordingState } from './state.ts';

/**
 * How long, in ms, a recorder may still take a job whose start was given up. LiveKit
 * itself gives up after 22 s.
 */
const lateStartMs = 60_000;

/** How long, in ms, a recorder may take to begin once it has the job. Egress itself would wait for ever. */
const beginWithinMs = 30_000;

/** How old, in ms, what LiveKit told of all recordings may be where lists show it. */
const recentMs = 500;

/** The past recordings that are remembered, so that a repeated "ended" changes nothing. */
const rememberedEnds = 1_000;

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
  log: FastifyBaseLogger;
}) {
  /** By egress id. */
  const live = new Map<string, RecordingState>();
  const finishing = new Map<string, Promise<void>>();
  const ended = new Set<string>();
  /** Names of recordings whose start was given up, with the time until which a late one is watched for. */
  const givenUp = new Map<string, number>();

  /** The recording that an egress makes, if it goes where our recordings are: others may use the same LiveKit. */
  const ourRecordingOf = (egress: EgressInfo) =>
    library.isTarget(targetOf(egress)) ? recordingOf(egress) : undefined;

  /** Whether an egress makes a recording of ours; LiveKit goes on to call those active whose recorder is lost. */
  const isAtWork = (egress: EgressInfo) =>
    ourRecordingOf(egress) !== undefined && !ended.has(egress.egressId) && !finishing.has(egress.egressId);

  /** The recording of a room whose recorder is at work; one whose file is being seen to is in nobody's way. */
  const recordedIn = (roomName: string) =>
    [...live.values()].find(({ id, roomName: its }) => its === roomName && !finishing.has(id));

  /** Told apart from a stop that somebody asked for by its length alone, whichever process asked for it. */
  const withLimit = (recording: RecordingState): RecordingState => {
    const { endedBy, recordingSince = Infinity, endedAt = 0 } = recording;
    const isLimit = endedBy === 'stop' && maxMs !== undefined && endedAt - recordingSince >= maxMs;
    return isLimit ? { ...recording, endedBy: 'limit' } : recording;
  };

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

  function remember(endedId: string): void {
    ended.add(endedId);
    for (const id of ended) {
      if (ended.size <= rememberedEnds) break;
      ended.delete(id);
    }
  }

  async function endOnce(recording: RecordingState): Promise<void> {
    const known = live.get(recording.id);
    if (known && known.status !== 'stopping') {
      // A file that has to be made whole takes a while.
      const stopping: RecordingState = { ...known, status: 'stopping' };
      keep(stopping);
      void show(stopping);
    }
    const result = await finish(recording);
    live.delete(recording.id);
    recorderWatch.forget(recording.id);
    remember(recording.id);
    log.info({ recording: result }, `recording ${result.status}`);
    // The next recording may have begun meanwhile.
    if (!recordedIn(result.roomName)) await show(result);
    onChange(result.status === 'ready' ? 'ready' : 'failed', recordingSchema.parse(result));
  }

  /**
   * Sees a recording through once its recorder has ended; one at a time, however many
   * tell of the end at once. Throws when the end could not be stored: the recording is
   * then still live, and the next call tries again.
   */
  async function end(recording: RecordingState): Promise<void> {
    let finished = finishing.get(recording.id);
    if (!finished) {
      finished = endOnce(recording).finally(() => finishing.delete(recording.id));
      finishing.set(recording.id, finished);
    }
    await finished;
  }

  /**
   * Takes in what LiveKit says of an egress, from a webhook or asked for: in any
   * order, any number of times. Throws as {@link end} does.
   */
  async function apply(egress: EgressInfo): Promise<void> {
    const heard = ourRecordingOf(egress);
    if (!heard || ended.has(heard.id)) return;
    const known = live.get(heard.id);
    const next = withLimit(advance(known, heard));
    if (givenUp.has(next.name) && !isFinal(next.status) && known?.status !== 'stopping') await stopLate(next);
    if (isFinal(next.status)) {
      // LiveKit remembers for a day what may have been deleted since.
      if (!known && !(await library.holds(next.name))) {
        remember(next.id);
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

  /** Ends a recording that takes too long to begin, has become too long, or has lost its recorder or its room. */
  async function lookAfter(recording: RecordingState): Promise<void> {
    const { id, status, startedAt, recordingSince = Infinity } = recording;
    if (finishing.has(id)) return;
    const tookTooLong = status === 'starting' && Date.now() - startedAt > beginWithinMs;
    const isTooLong = status === 'recording' && maxMs !== undefined && Date.now() - recordingSince >= maxMs;
    const recorder = await recorderWatch.look(recording);
    if (tookTooLong || isTooLong || recorder === 'alone') await apply(await livekit.stopEgress(id));
    else if (recorder === 'lost') {
      log.error({ recording }, 'the recorder is lost');
      await end(failed(recording, 'RECORDER_LOST'));
    }
  }

  /** Takes in what may be an end, whose storing nobody has to wait for; the reconciler tries again. */
  const applyLater = (egress: EgressInfo): void => {
    apply(egress).catch((error: unknown) => log.warn({ err: error }, 'the end is not stored yet'));
  };

  async function startUnlocked(options: StartOptions): Promise<Recording> {
    const { roomName } = options;
    const [room, egresses] = await Promise.all([livekit.findRoom(roomName), livekit.activeEgresses()]);
    if (!room) throw roomNotFound();
    const active = egresses.filter(isAtWork);
    const inRoom = active.filter((egress) => egress.roomName === roomName);
    if (inRoom.length > 0) {
      for (const egress of inRoom) await apply(egress);
      throw alreadyStarted();
    }
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
      if (egress) await apply(egress);
      const recording = live.get(egress?.egressId ?? '');
      if (!recording) throw notStarted();
      if (recording.status === 'stopping') return recordingSchema.parse(recording);

      const stopping: RecordingState = { ...recording, status: 'stopping' };
      keep(stopping);
      void show(stopping);
      try {
        await livekit.stopEgress(recording.id).then(applyLater);
      } catch (error) {
        const now = await livekit.findEgress(recording.id);
        if (!now || !hasEnded(now)) {
          keep(recording);
          void show(recording);
          throw error;
        }
        // It ended by itself in that very moment.
        applyLater(now);
      }
      return recordingSchema.parse(stopping);
    },

    /**
     * Brings in the truth from LiveKit, so that a lost webhook costs seconds and not
     * a recording: one request for all, one for each that has ended meanwhile, and one
     * every few seconds for each to see whether its recorder is there.
     */
    async reconcile(): Promise<void> {
      for (const [name, until] of givenUp) if (until < Date.now()) givenUp.delete(name);
      const active = await livekit.activeEgresses();
      const isActive = new Set(active.map((egress) => egress.egressId));
      for (const egress of active) await apply(egress);
      for (const recording of [...live.values()]) {
        if (isActive.has(recording.id)) {
          await lookAfter(recording);
          continue;
        }
        const egress = await livekit.findEgress(recording.id);
        if (egress) await apply(egress);
        else await end(failed(recording, 'RECORDER_LOST'));
      }
    },

    /**
     * Sees recordings through that ended while no app was there to hear of it: those
     * that LiveKit still knows of (for a day) and that have no manifest of ours. One
     * request, and one to S3 for each, or a few.
     */
    async catchUp(): Promise<void> {
      for (const egress of await livekit.pastEgresses()) {
        const recording = ourRecordingOf(egress);
        if (!recording || !isFinal(recording.status) || ended.has(recording.id)) continue;
        if (await library.endOf(recording.name)) remember(recording.id);
        else await apply(egress);
      }
    },

    /** Sees a recording through that LiveKit has forgotten and of which the bucket holds something; once, if it fails. */
    async recover(name: string): Promise<void> {
      if ((await library.endOf(name)) === 'failed') return;
      const said = parseRecordingName(name) ?? { roomName: '', roomId: '', startedAt: Date.now() };
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
        .filter(({ id, status }) => !isFinal(status) && !ended.has(id))
        .map((recording) => recordingSchema.parse(recording))
        .sort((one, other) => other.startedAt - one.startedAt);
    },

    /** Whether a recording of this name is under way. */
    isLive: (name: string): boolean => [...live.values()].some((recording) => recording.name === name),

    /** Whether anything is under way that wants a close look. */
    isBusy: (): boolean => live.size > 0 || givenUp.size > 0,
  };
}

export type Lifecycle = ReturnType<typeof createLifecycle>;
