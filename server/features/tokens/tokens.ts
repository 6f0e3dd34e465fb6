import { randomBytes } from 'node:crypto';
import type { TokenInput } from '@reelroom/shared';
import type { Livekit } from '../../plugins/livekit.ts';

/** Access to rooms. */
export function createTokens({ livekit }: { livekit: Livekit }) {
  return {
    /**
     * A token for one participant. LiveKit throws out the first of two with one
     * identity, so each gets one of its own that begins with the name: two Anas both stay.
     */
    async create({ roomName, participantName }: TokenInput) {
      const identity = `${participantName} ${randomBytes(3).toString('hex')}`;
      const token = await livekit.createToken(roomName, { identity, name: participantName });
      return { token, livekitUrl: livekit.url };
    },
  };
}
