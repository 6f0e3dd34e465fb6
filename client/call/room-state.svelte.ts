import { parseRoomState, type RoomStatus } from '@reelroom/shared';
import type { Room } from 'livekit-client';

/** A room's id, and the state of its recording from the room's metadata. */
class RoomState {
  #id = $state<string>();
  #recording = $state.raw<RoomStatus>();
  #autoRecordPending = $state(false);

  /** LiveKit's id of the open room; another call of the same name has a different one. */
  get id() {
    return this.#id;
  }
  /** The recording in the metadata. */
  get recording() {
    return this.#recording;
  }
  /** The room is recorded as soon as two people are in it. */
  get autoRecordPending() {
    return this.#autoRecordPending;
  }

  /** Reads the metadata. */
  read(room: Room): void {
    const { recording, autoRecord = false } = parseRoomState(room.metadata);
    this.#recording = recording;
    this.#autoRecordPending = autoRecord;
  }

  /** Asks LiveKit for the id of a room that was joined. */
  readId(room: Room): void {
    room.getSid().then(
      (id) => (this.#id = id),
      () => undefined,
    );
  }
}

export type { RoomState };

/** The state of a room; {@link RoomState.read} fills it. */
export const createRoomState = () => new RoomState();
