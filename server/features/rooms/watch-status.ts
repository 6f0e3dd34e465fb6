import type { RoomState } from '@reelroom/shared';
import type { Events } from '../events/events.ts';

/**
 * A room's state, then each change, until `signal` is aborted; empty where the room has none. After missed
 * events it is read again.
 * @param read reads the current state; an error ends the subscription, and the client reconnects
 */
export async function* watchStatus({
  events,
  read,
  roomName,
  signal,
}: {
  events: Pick<Events, 'subscribe'>;
  read: (roomName: string) => Promise<RoomState>;
  roomName: string;
  signal: AbortSignal;
}): AsyncGenerator<RoomState, void> {
  for await (const { event } of events.subscribe({ signal }))
    if (event.type === 'reset') yield await read(roomName);
    else if (event.type === 'room-status' && event.roomName === roomName) yield event.state;
}
