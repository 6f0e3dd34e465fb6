import { roomInputSchema } from '@reelroom/shared';
import { proceduresWith } from '../access/procedures.ts';
import type { Events } from '../events/events.ts';
import type { RoomStatusWriter } from './status.ts';
import { watchStatus } from './watch-status.ts';

/** What these procedures delegate to. */
export interface RoomsCollaborators {
  events: Pick<Events, 'subscribe'>;
  roomStatus: Pick<RoomStatusWriter, 'read'>;
}

const procedure = proceduresWith<RoomsCollaborators>();

export const roomsProcedures = {
  /**
   * A room's recording status, and whether it waits to be recorded, also for clients outside the room: now,
   * and at each change.
   */
  status: procedure
    .input(roomInputSchema)
    .subscription(({ ctx: { events, roomStatus }, input, signal = new AbortController().signal }) =>
      watchStatus({ events, read: roomStatus.read, roomName: input.roomName, signal }),
    ),
};
