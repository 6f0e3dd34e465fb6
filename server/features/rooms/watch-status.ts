import type { RoomState } from '@reelroom/shared';
import type { Events } from '../events/events.ts';

/**
 * A room's state, then each change, until `signal` is aborted; empty where the room has none. After missed
 * events it is read again.
 * @param assertMayKnow throws for who may not know of the room any more
 * @param read reads the current state; an error ends the subscription, and the client reconnects
 */
export async function* watchStatus({
  events,
  assertMayKnow,
  read,
  roomName,
  signal,
}: {
  events: Pick<Events, 'subscribe'>;
  assertMayKnow: () => Promise<void>;
  read: (roomName: string) => Promise<RoomState>;
  roomName: string;
  signal: AbortSignal;
}): AsyncGenerator<RoomState, void> {
  for await (const { event } of events.subscribe({ signal })) {
    if (event.type !== 'reset' && !('roomName' in event && event.roomName === roomName)) continue;
    await assertMayKnow();
    if (event.type === 'reset') yield await read(roomName);
    else if (event.type === 'room-status') yield event.state;
  }
}
