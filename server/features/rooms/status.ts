import { parseRoomState, withRoomState, type RoomState, type RoomStatus } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { Room } from 'livekit-server-sdk';
import type { Livekit } from '../../adapters/livekit/livekit.ts';

const hasBegun = (recording: RoomStatus) => recording.status !== 'starting' && recording.status !== 'failed';

/**
 * A room's state once its recording has this status: the room stops waiting when a recording begins, so that
 * stopping it does not start another. It may wait for the next one again since then.
 */
function withRecording(
  { recording: known, recordingFor: _before, ...wait }: RoomState,
  shown: { recording: RoomStatus; recordingFor: string },
): RoomState {
  const { recording } = shown;
  const hadBegun = known?.id === recording.id && hasBegun(known);
  return hadBegun || !hasBegun(recording) ? { ...shown, ...wait } : shown;
}

/**
 * Whether a room may begin to wait: not while it is recorded, nor while those who stopped the recording are
 * still in it.
 */
const mayWait = ({ recording }: RoomState, { numParticipants }: Room) =>
  !recording || !hasBegun(recording) || (numParticipants === 0 && recording.status !== 'recording');

/**
 * The only writer of room metadata, where participants read the status of the recording. LiveKit replaces
 * metadata as a whole, so the writes of a room are serialised, each merged over what is read; of several
 * pending statuses only the last is written.
 */
export function createRoomStatus({
  livekit,
  libraryId,
  onChange,
  log,
}: {
  livekit: Livekit;
  /** The library's id, since a LiveKit may serve several. */
  libraryId: string;
  /** Called with each new state of a room, for clients outside it. */
  onChange: (roomName: string, state: RoomState) => void;
  log: FastifyBaseLogger;
}) {
  const pending = new Map<string, RoomStatus>();
  /** By room: resolves when all queued work is done. */
  const queues = new Map<string, Promise<void>>();

  /** Runs `work` after all earlier work for the room. */
  function inTurn(roomName: string, work: () => Promise<void>): Promise<void> {
    const turn = (queues.get(roomName) ?? Promise.resolve()).then(work);
    const done = turn
      .catch(() => undefined)
      .then(() => {
        if (queues.get(roomName) === done) queues.delete(roomName);
      });
    queues.set(roomName, done);
    return turn;
  }

  async function write(room: Room, state: RoomState): Promise<void> {
    const metadata = withRoomState(room.metadata, state);
    if (metadata !== room.metadata) await livekit.setRoomMetadata(room.name, metadata);
  }

  async function showPending(roomName: string): Promise<void> {
    const recording = pending.get(roomName);
    if (!recording) return;
    pending.delete(roomName);
    const shown = { recording, recordingFor: libraryId };
    let state: RoomState = shown;
    try {
      const room = await livekit.findRoom(roomName);
      state = withRecording(parseRoomState(room?.metadata), shown);
      if (room) await write(room, state);
    } catch (error) {
      log.warn({ err: error, roomName }, "the room's recording status could not be written");
    }
    // Only now: a reader of the metadata after this event sees the new state.
    onChange(roomName, state);
  }

  return {
    /**
     * Writes `status` to the room's metadata. Resolves when it is written; never rejects. Two LiveKit
     * requests.
     */
    publish(roomName: string, status: RoomStatus): Promise<void> {
      pending.set(roomName, status);
      return inTurn(roomName, () => showPending(roomName));
    },

    /**
     * Makes a room, opened if necessary, wait to be recorded as soon as two people are in it, until a
     * recording begins, however it was started; after that nothing changes until everyone has left. A room
     * that waits for another library is left unchanged. Two LiveKit requests at most.
     * @throws {ReelroomError} LIVEKIT_UNAVAILABLE
     */
    waitForSecond(roomName: string): Promise<void> {
      return inTurn(roomName, async () => {
        const room = await livekit.openRoom(roomName);
        const state = parseRoomState(room.metadata);
        if (state.autoRecord || !mayWait(state, room)) return;
        const waitingState: RoomState = { ...state, autoRecord: true, autoRecordFor: libraryId };
        await write(room, waitingState);
        onChange(roomName, waitingState);
      });
    },

    /** A room's state; empty where the room is not open. One LiveKit request. */
    async read(roomName: string): Promise<RoomState> {
      return parseRoomState((await livekit.findRoom(roomName))?.metadata);
    },
  };
}

export type RoomStatusWriter = ReturnType<typeof createRoomStatus>;
