import { m } from '../messages/messages.ts';
import { ConnectionError, ConnectionErrorReason, DisconnectReason } from 'livekit-client';

/** The notice why the user was disconnected. */
export interface DisconnectNotice {
  title: string;
  sentence: string;
  /** The client rejoins by itself as soon as that works. */
  retryable: boolean;
}

const lost: DisconnectNotice = {
  title: m.call_lost,
  sentence: m.call_lost_retry,
  retryable: true,
};

/** The same, too long ago to rejoin without a click. */
export const lostForLong: DisconnectNotice = {
  title: lost.title,
  sentence: m.call_lost_long,
  retryable: false,
};

/** Another tab, or another window, took this participant's place. */
export const movedAway: DisconnectNotice = {
  title: m.call_moved,
  sentence: m.call_moved_hint,
  retryable: false,
};

/** A host has not let the user in. */
export const notAdmitted: DisconnectNotice = {
  title: m.call_not_admitted,
  sentence: m.call_not_admitted_hint,
  retryable: false,
};

/** What a reason that LiveKit gives means to a person. */
export function disconnectNotice(reason: DisconnectReason | undefined): DisconnectNotice {
  switch (reason) {
    case DisconnectReason.DUPLICATE_IDENTITY:
      return movedAway;
    case DisconnectReason.PARTICIPANT_REMOVED:
      return {
        title: m.call_removed,
        sentence: m.call_removed_hint,
        retryable: false,
      };
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return { title: m.call_over, sentence: m.call_room_closed, retryable: false };
    case DisconnectReason.SERVER_SHUTDOWN:
      return {
        title: m.call_interrupted,
        sentence: m.call_interrupted_hint,
        retryable: true,
      };
    default:
      return lost;
  }
}

const notJoined = m.call_not_joined;

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
  title: code === 'REMOVED_FROM_ROOM' ? m.call_removed : notJoined,
  sentence,
  retryable: !lasting.includes(code),
});

/** The notice why the connection to LiveKit failed. */
export function connectFailure(error: unknown): DisconnectNotice {
  if (!(error instanceof ConnectionError)) {
    return { title: notJoined, sentence: m.error_unknown, retryable: true };
  }
  switch (error.reason) {
    case ConnectionErrorReason.NotAllowed:
      return {
        title: notJoined,
        sentence: error.status === 404 ? m.call_closed_reopen : m.call_refused,
        retryable: false,
      };
    case ConnectionErrorReason.LeaveRequest:
      return {
        title: notJoined,
        sentence: m.call_turned_away,
        retryable: false,
      };
    case ConnectionErrorReason.Timeout:
    case ConnectionErrorReason.InternalError:
      return {
        title: notJoined,
        sentence: m.call_no_media,
        retryable: true,
      };
    default:
      return {
        title: notJoined,
        sentence: m.call_unreachable,
        retryable: true,
      };
  }
}
