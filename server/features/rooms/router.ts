import { roomInputSchema, setRulesInputSchema, type RoomAccess, type RoomRules } from '@reelroom/shared';
import { proceduresWith } from '../access/procedures.ts';
import type { Rooms } from '../access/rooms.ts';
import type { Events } from '../events/events.ts';
import type { RoomStatusWriter } from './status.ts';
import { watchStatus } from './watch-status.ts';

/** What these procedures delegate to. */
export interface RoomsCollaborators {
  events: Pick<Events, 'subscribe'>;
  roomStatus: Pick<RoomStatusWriter, 'read'>;
  rooms: Pick<Rooms, 'read' | 'setRules'>;
}

const procedure = proceduresWith<RoomsCollaborators>();

export const roomsProcedures = {
  /** What one may do in a room, and its rules for who may join it. */
  get: procedure
    .input(roomInputSchema)
    .query(({ ctx, input }): Promise<RoomAccess> => ctx.roomAccess(input.roomName)),

  /** Changes a room's rules; returns all of them. */
  setRules: procedure
    .input(setRulesInputSchema)
    .mutation(({ ctx, input }): Promise<RoomRules> =>
      ctx.rooms.setRules(input.roomName, input.rules, ctx.principal.id ?? 'admin'),
    ),

  /**
   * A room's recording status, and whether it waits to be recorded, also for clients outside the room: now,
   * and at each change.
   */
  status: procedure
    .input(roomInputSchema)
    .subscription(
      ({ ctx: { events, roomStatus, assertMay }, input, signal = new AbortController().signal }) =>
        watchStatus({
          ...{ events, read: roomStatus.read, roomName: input.roomName, signal },
          assertMayKnow: () => assertMay('join', { kind: 'room', roomName: input.roomName }),
        }),
    ),
};
