import type { Livekit } from '../../adapters/livekit/livekit.ts';
import type { Lobby } from './lobby.ts';

/** The participant attribute with the person's id. */
export const personAttribute = 'reelroom.person';

/** Removes a participant from a room for good. */
export type RemoveParticipant = (roomName: string, identity: string) => Promise<void>;

/**
 * Removes a participant and bars the person: a GET and a PUT to S3, two requests to LiveKit. A participant without
 * a person's id is only removed.
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
    // Barred first, so that the person cannot come back.
    if (person !== undefined) await lobby.remove(roomName, person, found?.name ?? '');
    await livekit.removeParticipant(roomName, identity);
  };

/**
 * Removes a barred person who comes back with an older token: LiveKit's tokens cannot be revoked, they expire.
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
