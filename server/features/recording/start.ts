import {
  isFinal,
  parseRoomState,
  recordingName,
  recordingSchema,
  type Recording,
  type StartOptions,
} from '@reelroom/shared';
import type { EgressInfo, Room } from 'livekit-server-sdk';
import { wallTime } from '../../lib/clock.ts';
import { alreadyStarted, roomNotFound, tooManyRecordings, toReelroomError } from '../../lib/errors.ts';
import type { Livekit } from '../../adapters/livekit/livekit.ts';
import type { Lock } from '../../adapters/redis/lock.ts';
import type { Intake } from './intake.ts';
import type { Registry } from './registry.ts';
import { recordingOf } from '../../adapters/livekit/egress-info.ts';
import { failed } from './status-machine.ts';

/** How much of `maxConcurrent` a recording takes: 1080p costs a recorder twice as much (bench/at-once.ts). */
const costOf = ({ quality }: Pick<Recording, 'quality'>): number => (quality === '1080p' ? 2 : 1);

/** Starts recordings: one per room, and at most `maxConcurrent` at once. */
export function createStart({
  livekit,
  registry,
  intake,
  hasActive,
  lock,
  maxConcurrent,
}: {
  livekit: Pick<Livekit, 'findRoom' | 'activeEgresses' | 'startRecording'>;
  registry: Registry;
  intake: Intake;
  /** Whether one of these egresses is an active recording of its room. */
  hasActive: (egresses: EgressInfo[]) => Promise<boolean>;
  lock: Lock;
  /** How many may be under way at once, of which one in 1080p counts as two; no limit when absent. */
  maxConcurrent: number | undefined;
}) {
  /**
   * Whether another library that shares the LiveKit records the room. A room's status holds one recording,
   * and participants must know of each.
   */
  function isRecordedElsewhere(room: Room, egresses: EgressInfo[]): boolean {
    const shown = parseRoomState(room.metadata).recording;
    if (!shown || isFinal(shown.status)) return false;
    return egresses.some(
      (egress) => !intake.ourRecordingOf(egress) && recordingOf(egress)?.name === shown.name,
    );
  }

  async function startIn(room: Room, options: StartOptions): Promise<Recording> {
    const { name: roomName, sid: roomId } = room;
    const startedAt = wallTime();
    const name = recordingName({ name: roomName, id: roomId }, startedAt);
    const { layout, quality, audioOnly } = options;
    const how = audioOnly ? { audioOnly } : { layout, quality };
    const asked = { id: '', name, roomName, roomId, startedAt, size: 0, ...how };
    void registry.show({ ...asked, status: 'starting' });
    try {
      const egress = await livekit.startRecording(name, options);
      await intake.receive(egress);
      return recordingSchema.parse(recordingOf(egress));
    } catch (error) {
      intake.abandonStart(name, roomName);
      const { message } = toReelroomError(error);
      void registry.show({ ...failed({ ...asked, status: 'failed' }, 'NO_RECORDER'), error: message });
      throw error;
    }
  }

  async function startWithinLimit(room: Room, options: StartOptions, limit: number): Promise<Recording> {
    const recordings = (await livekit.activeEgresses()).flatMap(
      (egress) => intake.ourRecordingOf(egress) ?? [],
    );
    const active = recordings.filter(({ name }) => !intake.finishQueue.hasEnded(name));
    const cost = [...active, options].reduce((sum, one) => sum + costOf(one), 0);
    // The first is always started, whatever it costs.
    if (active.length > 0 && cost > limit) throw tooManyRecordings(limit);
    return startIn(room, options);
  }

  return ({ roomName, ...options }: StartOptions): Promise<Recording> =>
    lock.withLock(roomName, async () => {
      const [room, egresses] = await Promise.all([
        livekit.findRoom(roomName),
        livekit.activeEgresses(roomName),
      ]);
      if (!room) throw roomNotFound();
      if ((await hasActive(egresses)) || isRecordedElsewhere(room, egresses)) throw alreadyStarted();
      const start = { roomName, ...options };
      if (maxConcurrent === undefined) return startIn(room, start);
      // Serialised, so that concurrent starts in other rooms are counted.
      return lock.inTurn(() => startWithinLimit(room, start, maxConcurrent));
    });
}
