import { parseRoomState, withRoomState, type RoomState, type RoomStatus } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { Room } from 'livekit-server-sdk';
import type { Livekit } from '../../adapters/livekit/livekit.ts';

const hasBegun = (recording: RoomStatus) => recording.status !== 'starting' && recording.status !== 'failed';

/**
 * What a room is shown when its recording comes to this status: one that begins is not
 * waited for any more, so that whoever stops it is not overruled. The room may have come
 * to wait for the next one since this one began.
 */
function withRecording(
  { recording: known, recordingFor: _before, ...wait }: RoomState,
  shown: { recording: RoomStatus; recordingFor: string },
): RoomState {
  const { recording } = shown;
  const hadBegun = known?.id === recording.id && hasBegun(known);
  return hadBegun || !hasBegun(recording) ? { ...shown, ...wait } : shown;
}

/** Whether a room may begin to wait: not while it is recorded, nor while those are in it who have stopped that. */
const mayWait = ({ recording }: RoomState, { numParticipants }: Room) =>
  !recording || !hasBegun(recording) || (numParticipants === 0 && recording.status !== 'recording');

/**
 * The only writer of room metadata, where everyone in a room reads the status of its
 * recording. LiveKit overwrites metadata as a whole, so the writes of a room come one
 * after the other, each over what it then reads; of several statuses that wait only the
 * last one is written.
 */
export function createRoomStatus({
  livekit,
  libraryId,
  onChange,
  log,
}: {
  livekit: Livekit;
  /** Whose recordings rooms are shown, and for whom they wait, since a LiveKit may serve several libraries. */
  libraryId: string;
  /** Hears of all that a room is shown, for those who are not in it. */
  onChange: (roomName: string, state: RoomState) => void;
  log: FastifyBaseLogger;
}) {
  const pending = new Map<string, RoomStatus>();
  /** By room: resolves when all is done that was asked for. */
  const queues = new Map<string, Promise<void>>();

  /** Does `work` when all that was asked for before in this room is done. */
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
      log.warn({ err: error, roomName }, 'the room was not told the status of its recording');
    }
    // Not before: who reads the metadata after this may rely on it.
    onChange(roomName, state);
  }

  return {
    /** Shows `status` to everyone in the room. Resolves when it is written; never rejects. Two LiveKit requests. */
    publish(roomName: string, status: RoomStatus): Promise<void> {
      pending.set(roomName, status);
      return inTurn(roomName, () => showPending(roomName));
    },

    /**
     * Opens a room, if it is not, that waits to be recorded as soon as two people are in
     * it. It waits until a recording has begun, by whomever it was started; where one has,
     * nothing changes until everyone has left. A room that waits for another library goes
     * on to do so. Two LiveKit requests at most.
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

    /** What a room is shown; nothing where it is not open, or has nothing to show. One LiveKit request. */
    async read(roomName: string): Promise<RoomState> {
      return parseRoomState((await livekit.findRoom(roomName))?.metadata);
    },
  };
}

export type RoomStatusWriter = ReturnType<typeof createRoomStatus>;
