import { isFinal, parseRoomStatus, type RoomStatus } from '@reelroom/shared';
import type { Livekit } from '../../plugins/livekit.ts';
import type { Library } from '../recordings/library.ts';
import type { Lifecycle } from '../recordings/lifecycle.ts';
import { failureSentences } from '../recordings/state.ts';
import type { RoomStatusWriter } from './status.ts';

/** For how long, in ms, a room may show a recording that nobody sees to: longer than any start takes. */
const toleratedMs = 12_000;

/**
 * Finds rooms that go on to show a recording as under way which is not, since the app
 * process that should have told them was killed.
 */
export function createStaleStatus({
  livekit,
  lifecycle,
  library,
  roomStatus,
}: {
  livekit: Livekit;
  lifecycle: Lifecycle;
  library: Library;
  roomStatus: RoomStatusWriter;
}) {
  /** Since when each is shown so, in ms since 1970, by the recording's name. */
  let suspects = new Map<string, number>();

  async function settle(roomName: string, shown: RoomStatus): Promise<void> {
    const { id, name } = shown;
    const ended = await library.endOf(name);
    const egress = ended === undefined && id !== '' ? await livekit.findEgress(id) : undefined;
    if (egress) await lifecycle.apply(egress);
    else if (ended === 'ready') await roomStatus.publish(roomName, { id, name, status: 'ready' });
    // What the bucket holds of it is seen through by the sweeper.
    else if (ended !== undefined || !(await library.holds(name)))
      await roomStatus.publish(roomName, {
        id,
        name,
        status: 'failed',
        error: failureSentences.RECORDER_LOST,
      });
  }

  /** Looks at all open rooms: one LiveKit request, and a few for each that has to be put right. */
  return async (): Promise<void> => {
    const before = suspects;
    suspects = new Map();
    for (const { name: roomName, metadata } of await livekit.openRooms()) {
      const shown = parseRoomStatus(metadata);
      if (!shown || isFinal(shown.status) || lifecycle.isLive(shown.name)) continue;
      const since = before.get(shown.name) ?? Date.now();
      suspects.set(shown.name, since);
      if (Date.now() - since > toleratedMs) await settle(roomName, shown);
    }
  };
}
