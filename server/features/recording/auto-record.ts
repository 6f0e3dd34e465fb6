import { parseRoomState, startInputSchema } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { Room } from 'livekit-server-sdk';
import { LRUCache } from 'lru-cache';
import { ReelroomError } from '../../lib/errors.ts';
import type { Livekit } from '../../adapters/livekit/livekit.ts';
import type { Lifecycle } from './lifecycle.ts';

/** How many people have to be in a room that waits to be recorded. */
const enoughPeople = 2;

/** How long, in ms, a room is not tried again, whatever became of the last try. */
const pauseMs = 30_000;

/** Somebody else was faster, or the room is gone: there is nothing left to do. */
const isSettled = (error: unknown) =>
  error instanceof ReelroomError && ['RECORDING_ALREADY_STARTED', 'ROOM_NOT_FOUND'].includes(error.code);

/**
 * Starts the recording of rooms that wait for it, once enough people are there. That a
 * room waits is said by its metadata, which stops saying so when a recording begins; that
 * only one begins, however many processes hear of an arrival, is up to `lifecycle`.
 */
export function createAutoRecord({
  livekit,
  libraryId,
  lifecycle,
  log,
}: {
  livekit: Livekit;
  /** Rooms that wait for another library are left to it. */
  libraryId: string;
  lifecycle: Lifecycle;
  log: FastifyBaseLogger;
}) {
  /** The ids of rooms whose recording was asked for, for as long as the pause. */
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
        log.warn({ err: error, roomName }, 'a room that waits to be recorded is not recorded yet');
    }
  }

  return {
    /** Somebody has come into a room. Returns at once; one LiveKit request, and for a room that waits those of a start. */
    participantJoined(roomName: string): void {
      void consider(roomName, () => livekit.findRoom(roomName));
    },

    /**
     * Looks at all open rooms, for those where an arrival was not heard of, or nothing
     * could be recorded then. Returns at once.
     */
    checkRooms(rooms: Room[]): void {
      for (const room of rooms)
        // As LiveKit last counted, up to 5 s ago; recorders do not count.
        if (room.numParticipants >= enoughPeople && parseRoomState(room.metadata).autoRecord)
          // It may have been recorded since the rooms were asked for.
          void consider(room.name, () => livekit.findRoom(room.name));
    },
  };
}

export type AutoRecord = ReturnType<typeof createAutoRecord>;
