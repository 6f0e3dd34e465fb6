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

/** How long a room may show a recording unknown to LiveKit, in ms: longer than any start takes. */
const toleratedMs = 12_000;

/**
 * Repairs the status of rooms that still show a recording as live, since the process that should have updated
 * them was killed.
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
  /** Statuses of another library's recordings are left to it. */
  libraryId: string;
  log: FastifyBaseLogger;
}) {
  /** Since when each suspicious recording has been shown, by the monotonic clock, by name. */
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

  /**
   * Other libraries may share the LiveKit; a status written by an older version does not name its library.
   */
  function isOurs(egress: EgressInfo, { name }: RoomStatus): boolean {
    const { key = library.keyOf(name), bucket } = targetOf(egress);
    return library.isTarget({ key, bucket });
  }

  /**
   * Publishes a recording's actual status, where that is known. `isOld`: shown for longer than any start
   * takes.
   */
  async function repair(roomName: string, shown: RoomStatus, isOld: boolean): Promise<void> {
    const egress = shown.id === '' ? undefined : await livekit.findEgress(shown.id);
    if (egress && !isOurs(egress, shown)) return;
    if (egress && !hasEnded(egress)) return lifecycle.receive(egress);
    // Another process may just be starting it.
    if (!egress && !isOld) return;
    if ((await library.endOf(shown.name)) !== undefined) await publishEnd(roomName, shown);
    else if (await library.hasMedia(shown.name)) {
      // Where LiveKit has forgotten it, recover-orphans finalises it.
      if (egress) await lifecycle.receive(egress);
    } else await publishFailure(roomName, shown, (egress && recordingOf(egress)?.error) ?? lost);
  }

  /** Checks all open rooms: a few requests for each to repair. Never rejects. */
  return async (rooms: Room[]): Promise<void> => {
    const before = suspects;
    suspects = new Map();
    for (const { name: roomName, metadata } of rooms) {
      const { recording: shown, recordingFor = libraryId } = parseRoomState(metadata);
      if (!shown || recordingFor !== libraryId) continue;
      if (isFinal(shown.status) || lifecycle.isLive(shown.name)) continue;
      const since = before.get(shown.name);
      suspects.set(shown.name, since ?? monotonicTime());
      // It may have been repaired since the rooms were listed.
      if (since === undefined) continue;
      await repair(roomName, shown, monotonicTime() - since > toleratedMs).catch((error: unknown) => {
        log.warn({ err: error, roomName }, "the room's status is not repaired yet");
      });
    }
  };
}
