import { randomBytes } from 'node:crypto';
import type { ConsentMode, TokenInput } from '@reelroom/shared';
import type { Livekit } from '../../adapters/livekit/livekit.ts';
import { consentRequired } from '../../lib/errors.ts';
import type { Rights } from '../access/context.ts';
import type { PersonOf } from '../admission/people.ts';
import { personAttribute } from '../admission/remove-participant.ts';
import type { RoomStatusWriter } from '../rooms/status.ts';

/** Creates access tokens for rooms. */
export function createTokens({
  livekit,
  roomStatus,
  personOf,
  consent,
}: {
  livekit: Pick<Livekit, 'urlFor' | 'identityOf' | 'createToken'>;
  roomStatus: Pick<RoomStatusWriter, 'waitForSecond'>;
  personOf: PersonOf;
  consent: ConsentMode;
}) {
  return {
    /** Where the holder of a token connects who has found the app at `baseUrl`. */
    livekitUrlFor: livekit.urlFor,

    /**
     * A token for one participant. LiveKit removes the first of two participants with one identity, so each
     * gets a unique one that begins with the name: two Anas both stay. An earlier token of the room yields
     * its identity again, so that a rejoining participant replaces its remains after a crash or a lost
     * connection. A foreign token, or one of another room, is ignored. No LiveKit request; with `autoRecord`,
     * which opens the room at once, two at most.
     * @param rights to enter the room, which who has an account makes thereby, and with `autoRecord` to record
     * @throws {ReelroomError} LIVEKIT_UNAVAILABLE, with `autoRecord`; UNAUTHENTICATED, FORBIDDEN, WAITING_ROOM,
     * REMOVED_FROM_ROOM; CONSENT_REQUIRED where all must agree to be recorded, and this participant does not
     */
    async create(
      { roomName, participantName, autoRecord, agreesToRecording, earlierToken }: TokenInput,
      rights: Pick<Rights, 'principal' | 'enter' | 'assertMay'>,
    ) {
      await rights.enter(roomName);
      if (consent === 'require' && !agreesToRecording) throw consentRequired();
      if (autoRecord) await rights.assertMay('record', { kind: 'room', roomName });
      if (autoRecord) await roomStatus.waitForSecond(roomName);
      const earlier = earlierToken && (await livekit.identityOf(earlierToken, roomName));
      const identity = earlier || `${participantName} ${randomBytes(3).toString('hex')}`;
      const person = personOf(rights.principal, roomName);
      const attributes = person === undefined ? {} : { [personAttribute]: person };
      const token = await livekit.createToken(roomName, { identity, name: participantName, attributes });
      return { token, identity };
    },
  };
}

export type Tokens = ReturnType<typeof createTokens>;
