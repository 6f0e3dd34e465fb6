import { roomInputSchema } from '@reelroom/shared';
import { procedure, router } from '../../http/trpc.ts';
import { watchStatus } from './watch-status.ts';

export const roomsRouter = router({
  /** A room's recording, and whether it waits for one, also to who is not in the room: now, and at each change. */
  status: procedure
    .input(roomInputSchema)
    .subscription(({ ctx: { events, roomStatus }, input, signal = new AbortController().signal }) =>
      watchStatus({ events, read: roomStatus.read, roomName: input.roomName, signal }),
    ),
});
