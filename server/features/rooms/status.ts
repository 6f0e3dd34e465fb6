import { parseRoomStatus, withRoomStatus, type RoomStatus } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { Livekit } from '../../plugins/livekit.ts';

/**
 * The only writer of room metadata, where everyone in a room reads the status of its
 * recording. LiveKit overwrites metadata as a whole, so the writes of a room come one
 * after the other, each over what it then reads; of several that wait only the last
 * one is written.
 */
export function createRoomStatus({
  livekit,
  onChange,
  log,
}: {
  livekit: Livekit;
  /** Hears of every status, for those who are not in the room. */
  onChange: (roomName: string, status: RoomStatus) => void;
  log: FastifyBaseLogger;
}) {
  const waiting = new Map<string, RoomStatus>();
  const writers = new Map<string, Promise<void>>();

  async function write(roomName: string): Promise<void> {
    for (let status = waiting.get(roomName); status; status = waiting.get(roomName)) {
      waiting.delete(roomName);
      try {
        const room = await livekit.findRoom(roomName);
        const metadata = withRoomStatus(room?.metadata, status);
        if (room && metadata !== room.metadata) await livekit.setRoomMetadata(roomName, metadata);
      } catch (error) {
        log.warn({ err: error, roomName }, 'the room was not told the status of its recording');
      }
      // Not before: who reads the metadata after this may rely on it.
      onChange(roomName, status);
    }
    writers.delete(roomName);
  }

  return {
    /** Shows `status` to everyone in the room. Resolves when it is written; never rejects. */
    publish(roomName: string, status: RoomStatus): Promise<void> {
      waiting.set(roomName, status);
      let writer = writers.get(roomName);
      if (!writer) {
        writer = write(roomName);
        writers.set(roomName, writer);
      }
      return writer;
    },

    /** What a room is shown; nothing where it is not open, or has nothing to show. */
    async read(roomName: string): Promise<RoomStatus | undefined> {
      return parseRoomStatus((await livekit.findRoom(roomName))?.metadata);
    },
  };
}

export type RoomStatusWriter = ReturnType<typeof createRoomStatus>;
