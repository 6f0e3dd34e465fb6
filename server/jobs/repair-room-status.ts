import { isFinal, parseRoomState, type RoomStatus } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { EgressInfo, Room } from 'livekit-server-sdk';
import { monotonicTime } from '../lib/clock.ts';
import type { Livekit } from '../adapters/livekit/livekit.ts';
import type { Library } from '../features/library/recordings.ts';
import type { Lifecycle } from '../features/recording/lifecycle.ts';
import { hasEnded, recordingOf, targetOf } from '../adapters/livekit/egress-info.ts';
import { failureSentences } from '@reelroom/shared';
import type { RoomStatusWriter } from '../features/rooms/status.ts';

const lost = failureSentences.RECORDER_LOST;

/** For how long, in ms, a room may show a recording that nobody sees to: longer than any start takes. */
const toleratedMs = 12_000;

/**
 * Finds rooms that go on to show a recording as under way which is not, since the app
 * process that should have told them was killed.
 */
export function createRepairRoomStatus({
  livekit,
  lifecycle,
  library,
  roomStatus,
  libraryId,
  log,
}: {
  livekit: Livekit;
  lifecycle: Lifecycle;
  library: Library;
  roomStatus: RoomStatusWriter;
  /** What rooms are shown of another library's recordings is left to it: it alone can know. */
  libraryId: string;
  log: FastifyBaseLogger;
}) {
  /** Since when each is shown so, by the monotonic clock, by the recording's name. */
  let suspects = new Map<string, number>();

  const publishFailure = (roomName: string, { id, name }: RoomStatus, error: string) =>
    roomStatus.publish(roomName, { id, name, status: 'failed', error });

  async function publishEnd(roomName: string, { id, name }: RoomStatus): Promise<void> {
    const { status, endedBy, error } = await library.get(name);
    await roomStatus.publish(roomName, {
      ...{ id, name, status },
      ...(endedBy !== undefined && { endedBy }),
      ...(error !== undefined && { error }),
    });
  }

  /** Others may use the same LiveKit, and see to their own; a status of an older version does not say whose it is. */
  function isOurs(egress: EgressInfo, { name }: RoomStatus): boolean {
    const { key = library.keyOf(name), bucket } = targetOf(egress);
    return library.isTarget({ key, bucket });
  }

  /** Shows how a recording really is, where that is known. `isOld`: no start takes this long. */
  async function repair(roomName: string, shown: RoomStatus, isOld: boolean): Promise<void> {
    const egress = shown.id === '' ? undefined : await livekit.findEgress(shown.id);
    if (egress && !isOurs(egress, shown)) return;
    if (egress && !hasEnded(egress)) return lifecycle.receive(egress);
    // No more than asked for, perhaps: another process may be at it.
    if (!egress && !isOld) return;
    if ((await library.endOf(shown.name)) !== undefined) await publishEnd(roomName, shown);
    else if (await library.hasMedia(shown.name)) {
      // Where LiveKit has forgotten it, the sweeper sees to it.
      if (egress) await lifecycle.receive(egress);
    } else await publishFailure(roomName, shown, (egress && recordingOf(egress)?.error) ?? lost);
  }

  /** Looks at all open rooms: a few requests for each that has to be put right. Never rejects. */
  return async (rooms: Room[]): Promise<void> => {
    const before = suspects;
    suspects = new Map();
    for (const { name: roomName, metadata } of rooms) {
      const { recording: shown, recordingFor = libraryId } = parseRoomState(metadata);
      if (!shown || recordingFor !== libraryId) continue;
      if (isFinal(shown.status) || lifecycle.isLive(shown.name)) continue;
      const since = before.get(shown.name);
      suspects.set(shown.name, since ?? monotonicTime());
      // What is seen once may have been put right since the rooms were asked for.
      if (since === undefined) continue;
      await repair(roomName, shown, monotonicTime() - since > toleratedMs).catch((error: unknown) => {
        log.warn({ err: error, roomName }, 'what the room is shown is not put right yet');
      });
    }
  };
}
