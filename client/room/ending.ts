import { DisconnectReason } from 'livekit-client';

/** Why a call is over that one did not leave, for people. */
export interface Ending {
  title: string;
  sentence: string;
}

/** What a reason that LiveKit gives means to a person. */
export function endingOf(reason: DisconnectReason | undefined): Ending {
  switch (reason) {
    case DisconnectReason.DUPLICATE_IDENTITY:
      return { title: 'You joined from somewhere else', sentence: 'This call goes on in another window.' };
    case DisconnectReason.PARTICIPANT_REMOVED:
      return {
        title: 'You were removed from the call',
        sentence: 'Someone who looks after the room took you out.',
      };
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return { title: 'The call is over', sentence: 'The room was closed.' };
    case DisconnectReason.SERVER_SHUTDOWN:
      return {
        title: 'The call was interrupted',
        sentence: 'The call server is restarting. Join again in a moment.',
      };
    default:
      return { title: 'The connection was lost', sentence: 'Check your connection, then join again.' };
  }
}
