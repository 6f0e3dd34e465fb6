import { randomBytes } from 'node:crypto';
import type { TokenInput } from '@reelroom/shared';
import type { Livekit } from '../../adapters/livekit/livekit.ts';
import type { RoomStatusWriter } from '../rooms/status.ts';

/** Access to rooms. */
export function createTokens({ livekit, roomStatus }: { livekit: Livekit; roomStatus: RoomStatusWriter }) {
  return {
    /** Where the holder of a token connects who has found the app at `baseUrl`. */
    livekitUrlFor: livekit.urlFor,

    /**
     * A token for one participant. LiveKit throws out the first of two with one
     * identity, so each gets one of its own that begins with the name: two Anas both stay.
     * Whoever brings an earlier token of the room gets its identity again: what a crash or
     * a lost network has left of them goes when they come back, and they are never two. One
     * that is not ours, or of another room, is as good as none.
     * No LiveKit request; with `autoRecord`, which opens the room at once, two at most.
     * @throws {ReelroomError} LIVEKIT_UNAVAILABLE, with `autoRecord`
     */
    async create({ roomName, participantName, autoRecord, earlierToken }: TokenInput) {
      if (autoRecord) await roomStatus.waitForSecond(roomName);
      const earlier = earlierToken && (await livekit.identityOf(earlierToken, roomName));
      const identity = earlier || `${participantName} ${randomBytes(3).toString('hex')}`;
      const token = await livekit.createToken(roomName, { identity, name: participantName });
      return { token, identity };
    },
  };
}

export type Tokens = ReturnType<typeof createTokens>;
