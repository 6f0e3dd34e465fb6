import { parseRoomState, startInputSchema } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { Room } from 'livekit-server-sdk';
import { LRUCache } from 'lru-cache';
import { ReelroomError } from '../../lib/errors.ts';
import type { Livekit } from '../../adapters/livekit/livekit.ts';
import type { Lifecycle } from './lifecycle.ts';

/** How many people have to be in a room that waits to be recorded. */
const enoughPeople = 2;

/** The pause between two attempts for a room, in ms. */
const pauseMs = 30_000;

/** Whether nothing is left to do: the recording was started elsewhere, or the room is gone. */
const isSettled = (error: unknown) =>
  error instanceof ReelroomError && ['RECORDING_ALREADY_STARTED', 'ROOM_NOT_FOUND'].includes(error.code);

/**
 * Starts recording rooms that wait for it, once enough people are there. The room's metadata says that it
 * waits, until a recording begins; `lifecycle` ensures that only one begins, however many processes see an
 * arrival.
 */
export function createAutoRecord({
  livekit,
  libraryId,
  lifecycle,
  log,
}: {
  livekit: Livekit;
  /** Rooms that wait for another library are ignored. */
  libraryId: string;
  lifecycle: Lifecycle;
  log: FastifyBaseLogger;
}) {
  /** The ids of rooms with a recent attempt. */
  const tried = new LRUCache<string, true>({ max: 1_000, ttl: pauseMs });

  function mayTry({ sid }: Room): boolean {
    if (tried.has(sid)) return false;
    tried.set(sid, true);
    return true;
  }

  /** Never rejects. */
  async function consider(roomName: string, find: () => Promise<Room | undefined>): Promise<void> {
    try {
      const room = await find();
      const { autoRecord, autoRecordFor } = parseRoomState(room?.metadata);
      if (!room || !autoRecord || autoRecordFor !== libraryId) return;
      if ((await livekit.countPeople(roomName)) < enoughPeople || !mayTry(room)) return;
      await lifecycle.start(startInputSchema.parse({ roomName }));
    } catch (error) {
      if (!isSettled(error))
        log.warn({ err: error, roomName }, 'the automatic recording of a room could not be started yet');
    }
  }

  return {
    /**
     * A participant has joined a room. Returns at once; one LiveKit request, and for a room that waits those
     * of a start.
     */
    participantJoined(roomName: string): void {
      void consider(roomName, () => livekit.findRoom(roomName));
    },

    /** Checks all open rooms, for missed arrivals and failed attempts. Returns at once. */
    checkRooms(rooms: Room[]): void {
      for (const room of rooms)
        // LiveKit's own count, up to 5 s old; it excludes recorders.
        if (room.numParticipants >= enoughPeople && parseRoomState(room.metadata).autoRecord)
          // A recording may have begun since the rooms were listed.
          void consider(room.name, () => livekit.findRoom(room.name));
    },
  };
}

export type AutoRecord = ReturnType<typeof createAutoRecord>;
