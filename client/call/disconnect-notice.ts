import { ConnectionError, ConnectionErrorReason, DisconnectReason } from 'livekit-client';

/** Why a call is over that one did not leave, for people. */
export interface Ending {
  title: string;
  sentence: string;
  /** It may pass: the call is joined again as soon as that goes. */
  mayPass: boolean;
}

const lost: Ending = {
  title: 'The connection was lost',
  sentence: 'You come back by yourself as soon as there is a connection again.',
  mayPass: true,
};

/** The same, when it is too long ago to come back without a click. */
export const lostForLong: Ending = {
  title: lost.title,
  sentence: 'Check your connection, then join again.',
  mayPass: false,
};

/** Another tab, or another window, took this participant's place. */
export const movedAway: Ending = {
  title: 'You joined from somewhere else',
  sentence: 'This call goes on in another window.',
  mayPass: false,
};

/** What a reason that LiveKit gives means to a person. */
export function endingOf(reason: DisconnectReason | undefined): Ending {
  switch (reason) {
    case DisconnectReason.DUPLICATE_IDENTITY:
      return movedAway;
    case DisconnectReason.PARTICIPANT_REMOVED:
      return {
        title: 'You were removed from the call',
        sentence: 'Someone who looks after the room took you out.',
        mayPass: false,
      };
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return { title: 'The call is over', sentence: 'The room was closed.', mayPass: false };
    case DisconnectReason.SERVER_SHUTDOWN:
      return {
        title: 'The call was interrupted',
        sentence: 'The call server is restarting. You come back by yourself in a moment.',
        mayPass: true,
      };
    default:
      return lost;
  }
}

const notJoined = 'The call could not be joined';

/** Why LiveKit could not be connected to, for people. */
export function connectFailure(error: unknown): Ending {
  if (!(error instanceof ConnectionError)) {
    return { title: notJoined, sentence: 'Something went wrong. Try again.', mayPass: true };
  }
  switch (error.reason) {
    case ConnectionErrorReason.NotAllowed:
      return {
        title: notJoined,
        sentence:
          error.status === 404
            ? 'The room was closed. Join again to open it.'
            : 'The call server does not let you in. Go back to the start and join anew.',
        mayPass: false,
      };
    case ConnectionErrorReason.LeaveRequest:
      return {
        title: notJoined,
        sentence: 'The call server turned you away: the room may be full. Try again in a moment.',
        mayPass: false,
      };
    case ConnectionErrorReason.Timeout:
    case ConnectionErrorReason.InternalError:
      return {
        title: notJoined,
        sentence:
          'The call server answers, but no connection for picture and sound came about. A firewall may be in the way.',
        mayPass: true,
      };
    default:
      return {
        title: notJoined,
        sentence: 'The call server cannot be reached. Check your connection and try again.',
        mayPass: true,
      };
  }
}
