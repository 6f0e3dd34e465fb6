import type { RoomStatus } from '@reelroom/shared';
import type { Events } from '../events/events.ts';

/**
 * The status of a room's recording, then each change of it, until `signal` is aborted;
 * `null` where there is nothing to show. After a gap it is read again.
 * @param read the status at this moment; what it throws ends the subscription, and the
 *   client connects again
 */
export async function* watchStatus({
  events,
  read,
  roomName,
  signal,
}: {
  events: Events;
  read: (roomName: string) => Promise<RoomStatus | undefined>;
  roomName: string;
  signal: AbortSignal;
}): AsyncGenerator<RoomStatus | null, void> {
  for await (const { event } of events.subscribe({ signal }))
    if (event.type === 'reset') yield (await read(roomName)) ?? null;
    else if (event.type === 'room-status' && event.roomName === roomName) yield event.status;
}
