import type { Livekit } from '../../adapters/livekit/livekit.ts';
import type { Lobby } from './lobby.ts';

/** The attribute of a participant that says which person it is. */
export const personAttribute = 'reelroom.person';

/** Removes a participant from a room for good. */
export type RemoveParticipant = (roomName: string, identity: string) => Promise<void>;

/**
 * Removes a participant, and keeps out the person that it is: a GET and a PUT to S3, two requests to LiveKit. A
 * participant without a person's id is removed from the room only.
 */
export const createRemoveParticipant =
  ({
    livekit,
    lobby,
  }: {
    livekit: Pick<Livekit, 'findParticipant' | 'removeParticipant'>;
    lobby: Pick<Lobby, 'remove'>;
  }): RemoveParticipant =>
  async (roomName, identity) => {
    const found = await livekit.findParticipant(roomName, identity);
    const person = found?.attributes[personAttribute];
    // First of all they must not come back.
    if (person !== undefined) await lobby.remove(roomName, person, found?.name ?? '');
    await livekit.removeParticipant(roomName, identity);
  };

/**
 * Removes again who has come back by a token from before they were removed: LiveKit's tokens are not revoked, but
 * expire.
 */
export const createKeepOut =
  ({ livekit, lobby }: { livekit: Pick<Livekit, 'removeParticipant'>; lobby: Pick<Lobby, 'standingOf'> }) =>
  async (
    roomName: string,
    { identity, attributes }: { identity: string; attributes: Record<string, string> },
  ): Promise<void> => {
    const person = attributes[personAttribute];
    if (person !== undefined && (await lobby.standingOf(roomName, person)) === 'removed')
      await livekit.removeParticipant(roomName, identity);
  };

export type KeepOut = ReturnType<typeof createKeepOut>;
