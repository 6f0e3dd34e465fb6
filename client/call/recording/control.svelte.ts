import type { Recording, RoomStatus } from '@reelroom/shared';
import { startRecording, stopRecording } from './actions.ts';
import { latestStatus, type Pending } from './recording-state.ts';

const act = { start: startRecording, stop: stopRecording };

/** A room's recording and its button: a click shows at once, before the room's metadata says so. */
class RecordControl {
  readonly #roomName: string;
  readonly #roomStatus: () => RoomStatus | undefined;
  #answered = $state.raw<{ status: RoomStatus; roomThen: string | undefined }>();
  pending = $state<Pending>();

  constructor(roomName: string, roomStatus: () => RoomStatus | undefined) {
    this.#roomName = roomName;
    this.#roomStatus = roomStatus;
  }

  get status(): RoomStatus | undefined {
    const room = this.#roomStatus();
    const answered = this.#answered;
    // A response about an earlier recording no longer matters.
    const isOld = answered && room?.id !== answered.roomThen && room?.id !== answered.status.id;
    return latestStatus(room, isOld ? undefined : answered?.status);
  }

  async press(action: 'start' | 'stop') {
    if (this.pending) return;
    this.pending = action;
    const answer = await act[action](this.#roomName);
    if (answer) this.#answered = { status: statusOf(answer), roomThen: this.#roomStatus()?.id };
    this.pending = undefined;
  }
}

const statusOf = ({ id, name, status, error }: Recording): RoomStatus => ({
  id,
  name,
  status,
  ...(error === undefined ? {} : { error }),
});

export type { RecordControl };

/** Controls the recording of a room; `roomStatus` reads the room's metadata. */
export function createRecordControl(
  roomName: string,
  roomStatus: () => RoomStatus | undefined,
): RecordControl {
  return new RecordControl(roomName, roomStatus);
}
