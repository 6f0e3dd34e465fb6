import type { RoomState } from '@reelroom/shared';
import type { Events } from '../events/events.ts';

/**
 * What a room is shown of its recording, then each change of it, until `signal` is
 * aborted; empty where there is nothing to show. After a gap it is read again.
 * @param read what is shown at this moment; what it throws ends the subscription, and the
 *   client connects again
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
