import { recordingName, type Recording, type RoomStatus } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { EgressInfo } from 'livekit-server-sdk';
import { alreadyStarted, notStarted, roomNotFound, toReelroomError } from '../../errors.ts';
import type { Livekit } from '../../plugins/livekit.ts';
import type { RoomStatusWriter } from '../rooms/status.ts';
import type { Library } from './library.ts';
import { advance, isFinal, recordingOf, type RecordingState } from './state.ts';

/**
 * How long, in ms, a recorder may still take a job whose start was given up. LiveKit
 * itself gives up after 22 s.
 */
const lateStartMs = 60_000;

/** How long, in ms, a recorder may take to begin once it has the job. Egress itself would wait for ever. */
const beginWithinMs = 30_000;

/** The past recordings that are remembered, so that a repeated "ended" changes nothing. */
const rememberedEnds = 1_000;

const toRoomStatus = ({ id, name, status, error, recordingSince }: RecordingState): RoomStatus => ({
  id,
  name,
  status,
  ...(error !== undefined && { error }),
  ...(recordingSince !== undefined && { recordingSince }),
});

/**
 * The life of recordings: starting, stopping, and taking in what LiveKit tells of
 * them. Nothing here is kept that LiveKit or the bucket does not know.
 */
export function createLifecycle({
  livekit,
  library,
  roomStatus,
  log,
}: {
  livekit: Livekit;
  library: Library;
  roomStatus: RoomStatusWriter;
  log: FastifyBaseLogger;
}) {
  /** By egress id. */
  const live = new Map<string, RecordingState>();
  const finishing = new Map<string, Promise<void>>();
  const ended = new Set<string>();
  /** Rooms in which a start is under way. */
  const starting = new Set<string>();
  /** Names of recordings whose start was given up, with the time until which a late one is watched for. */
  const givenUp = new Map<string, number>();

  const liveIn = (roomName: string) =>
    [...live.values()].find((recording) => recording.roomName === roomName);

  /** Ends a recording that nobody waits for any more, since its start was given up. */
  async function stopLate(recording: RecordingState): Promise<void> {
    log.warn({ recording }, 'a recorder took a job after its start was given up: stopping it');
    await livekit.stopEgress(recording.id).catch((error: unknown) => {
      log.warn({ err: error, recording }, 'a late recording could not be stopped yet');
    });
  }

  async function finishOnce(recording: RecordingState): Promise<void> {
    if (recording.status === 'ready') await library.describe(recording);
    live.delete(recording.id);
    ended.add(recording.id);
    for (const id of ended) {
      if (ended.size <= rememberedEnds) break;
      ended.delete(id);
    }
    log.info({ recording }, `recording ${recording.status}`);
    await roomStatus.publish(recording.roomName, toRoomStatus(recording));
    if (recording.status === 'ready')
      await livekit
        .sendRoomEvent(recording.roomName, { type: 'recording-ready', name: recording.name })
        .catch((error: unknown) =>
          log.warn({ err: error, recording }, 'the room was not told of a recording'),
        );
  }

  /** Stores how a recording ended and tells its room; one at a time, however many tell of the end at once. */
  async function finish(recording: RecordingState): Promise<void> {
    let finished = finishing.get(recording.id);
    if (!finished) {
      finished = finishOnce(recording).finally(() => finishing.delete(recording.id));
      finishing.set(recording.id, finished);
    }
    await finished;
  }

  /**
   * Takes in what LiveKit says of an egress, from a webhook or asked for: in any
   * order, any number of times. Throws when a recording's end could not be stored;
   * it is then still live, and the next call tries again.
   */
  async function apply(egress: EgressInfo): Promise<void> {
    const heard = recordingOf(egress);
    if (!heard || ended.has(heard.id)) return;
    const known = live.get(heard.id);
    const next = advance(known, heard);
    if (givenUp.has(next.name) && !isFinal(next.status) && known?.status !== 'stopping') await stopLate(next);
    live.set(next.id, next);
    if (isFinal(next.status)) await finish(next);
    else if (known?.status !== next.status || known.recordingSince !== next.recordingSince)
      void roomStatus.publish(next.roomName, toRoomStatus(next));
  }

  return {
    apply,

    /**
     * Starts recording a room; answers as soon as a recorder has taken the job. Three
     * LiveKit requests, and two more to tell the room.
     * @throws {ReelroomError} RECORDING_ALREADY_STARTED; ROOM_NOT_FOUND; NO_RECORDER,
     *   within 5 s, after which a recorder that takes the job late is stopped
     */
    async start(roomName: string): Promise<Recording> {
      if (starting.has(roomName) || liveIn(roomName)) throw alreadyStarted();
      starting.add(roomName);
      try {
        const [room, egresses] = await Promise.all([
          livekit.findRoom(roomName),
          livekit.activeEgresses(roomName),
        ]);
        if (!room) throw roomNotFound();
        if (egresses.some(recordingOf)) {
          for (const egress of egresses) await apply(egress);
          throw alreadyStarted();
        }

        const name = recordingName({ name: roomName, id: room.sid }, Date.now());
        void roomStatus.publish(roomName, { id: '', name, status: 'starting' });
        try {
          const egress = await livekit.startRecording(roomName, library.keyOf(name));
          await apply(egress);
          const recording = recordingOf(egress);
          if (!recording) throw new Error('LiveKit started an egress without a file');
          return recording;
        } catch (error) {
          givenUp.set(name, Date.now() + lateStartMs);
          const { message } = toReelroomError(error);
          void roomStatus.publish(roomName, { id: '', name, status: 'failed', error: message });
          throw error;
        }
      } finally {
        starting.delete(roomName);
      }
    },

    /**
     * Stops a room's recording; answers while its file is still being finished. Asked
     * again meanwhile it answers the same.
     * @throws {ReelroomError} RECORDING_NOT_STARTED
     */
    async stop(roomName: string): Promise<Recording> {
      if (!liveIn(roomName)) for (const egress of await livekit.activeEgresses(roomName)) await apply(egress);
      const recording = liveIn(roomName);
      if (!recording) throw notStarted();
      if (recording.status === 'stopping') return recording;

      const stopping: RecordingState = { ...recording, status: 'stopping' };
      live.set(recording.id, stopping);
      void roomStatus.publish(roomName, toRoomStatus(stopping));
      try {
        await apply(await livekit.stopEgress(recording.id));
      } catch (error) {
        if (live.get(recording.id) === stopping) {
          live.set(recording.id, recording);
          void roomStatus.publish(roomName, toRoomStatus(recording));
        }
        throw error;
      }
      return live.get(recording.id) ?? stopping;
    },

    /**
     * Brings in the truth from LiveKit, so that a lost webhook costs seconds and not
     * a recording: one request for all, and one for each that has ended meanwhile.
     */
    async reconcile(): Promise<void> {
      for (const [name, until] of givenUp) if (until < Date.now()) givenUp.delete(name);
      const active = await livekit.activeEgresses();
      const isActive = new Set(active.map((egress) => egress.egressId));
      for (const egress of active) await apply(egress);
      for (const recording of [...live.values()]) {
        if (isActive.has(recording.id)) {
          if (recording.status === 'starting' && Date.now() - recording.startedAt > beginWithinMs)
            await apply(await livekit.stopEgress(recording.id));
          continue;
        }
        const egress = await livekit.findEgress(recording.id);
        if (egress) await apply(egress);
        else
          await finish({
            ...recording,
            status: 'failed',
            error: 'The recorder is gone: the recording was not finished',
          });
      }
    },

    /** Whether anything is under way that wants a close look. */
    isBusy: (): boolean => live.size > 0 || givenUp.size > 0,
  };
}

export type Lifecycle = ReturnType<typeof createLifecycle>;
