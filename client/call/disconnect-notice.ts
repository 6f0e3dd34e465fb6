import { ConnectionError, ConnectionErrorReason, DisconnectReason } from 'livekit-client';

/** The notice why the user was disconnected. */
export interface DisconnectNotice {
  title: string;
  sentence: string;
  /** The client rejoins by itself as soon as that works. */
  retryable: boolean;
}

const lost: DisconnectNotice = {
  title: 'The connection was lost',
  sentence: 'You rejoin automatically when the connection is back.',
  retryable: true,
};

/** The same, too long ago to rejoin without a click. */
export const lostForLong: DisconnectNotice = {
  title: lost.title,
  sentence: 'Check your connection, then join again.',
  retryable: false,
};

/** Another tab, or another window, took this participant's place. */
export const movedAway: DisconnectNotice = {
  title: 'You joined from somewhere else',
  sentence: 'This call goes on in another window.',
  retryable: false,
};

/** A host has not let the user in. */
export const notAdmitted: DisconnectNotice = {
  title: 'You were not let in',
  sentence: 'A host of this room declined. You can ask again in a minute.',
  retryable: false,
};

/** What a reason that LiveKit gives means to a person. */
export function disconnectNotice(reason: DisconnectReason | undefined): DisconnectNotice {
  switch (reason) {
    case DisconnectReason.DUPLICATE_IDENTITY:
      return movedAway;
    case DisconnectReason.PARTICIPANT_REMOVED:
      return {
        title: 'You were removed from the call',
        sentence: 'A host removed you.',
        retryable: false,
      };
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return { title: 'The call is over', sentence: 'The room was closed.', retryable: false };
    case DisconnectReason.SERVER_SHUTDOWN:
      return {
        title: 'The call was interrupted',
        sentence: 'The call server is restarting. You rejoin automatically in a moment.',
        retryable: true,
      };
    default:
      return lost;
  }
}

const notJoined = 'The call could not be joined';

/** Errors of the server that do not go away by themselves. */
const lasting: readonly (string | undefined)[] = [
  'INVALID_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'REMOVED_FROM_ROOM',
];

/**
 * Why the server gave no token, for people.
 * @param sentence the error as the page says it
 */
export const tokenFailure = (code: string | undefined, sentence: string): DisconnectNotice => ({
  title: code === 'REMOVED_FROM_ROOM' ? 'You were removed from the call' : notJoined,
  sentence,
  retryable: !lasting.includes(code),
});

/** The notice why the connection to LiveKit failed. */
export function connectFailure(error: unknown): DisconnectNotice {
  if (!(error instanceof ConnectionError)) {
    return { title: notJoined, sentence: 'Something went wrong. Try again.', retryable: true };
  }
  switch (error.reason) {
    case ConnectionErrorReason.NotAllowed:
      return {
        title: notJoined,
        sentence:
          error.status === 404
            ? 'The room was closed. Join again to open it.'
            : 'The call server does not let you in. Go back to the start and join anew.',
        retryable: false,
      };
    case ConnectionErrorReason.LeaveRequest:
      return {
        title: notJoined,
        sentence: 'The call server turned you away: the room may be full. Try again in a moment.',
        retryable: false,
      };
    case ConnectionErrorReason.Timeout:
    case ConnectionErrorReason.InternalError:
      return {
        title: notJoined,
        sentence:
          'The call server answers, but no connection for audio and video could be made. A firewall may be in the way.',
        retryable: true,
      };
    default:
      return {
        title: notJoined,
        sentence: 'The call server cannot be reached. Check your connection and try again.',
        retryable: true,
      };
  }
}
