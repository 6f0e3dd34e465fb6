import { statusOrder, type ErrorCode, type Recording } from '@reelroom/shared';
import type { RowChange } from '../../recordings/rows.ts';

/** Why the recording is unavailable, as the page says it. */
export interface Problem {
  heading: string;
  text: string;
  /** Trying again may help. */
  retryable: boolean;
  /** Signing in with an address of the link's domains does. */
  needsSignIn?: boolean;
}

/** The state of the recording that is watched. */
export type RecordingState =
  | { kind: 'looking' }
  | { kind: 'found'; recording: Recording }
  /** The link has a password. */
  | { kind: 'locked' }
  | { kind: 'problem'; problem: Problem };

/** Why a recording is unavailable, by the code and message of the error. */
export function problemOf(code: ErrorCode | undefined, sentence: string): Problem {
  switch (code) {
    case 'RECORDING_NOT_FOUND':
    case 'INVALID_INPUT':
      return {
        heading: 'Recording not found',
        text: 'It may have been deleted, or the link is incomplete.',
        retryable: false,
      };
    case 'SHARE_EXPIRED':
      return {
        heading: 'This link has expired',
        text: 'It has expired or was revoked. Ask the sender for a new one.',
        retryable: false,
      };
    case 'SHARE_INVALID':
      return {
        heading: 'This link is not valid',
        text: 'It may be incomplete. Ask the sender to send it again.',
        retryable: false,
      };
    case 'SHARE_SIGN_IN':
      return { heading: 'Sign in to watch', text: `${sentence}.`, retryable: false, needsSignIn: true };
    default:
      return { heading: 'The recording cannot be reached', text: sentence, retryable: true };
  }
}

const deleted: Problem = {
  heading: 'This recording was deleted',
  text: 'Somebody has just deleted it.',
  retryable: false,
};

/** The state after a change, which may be to any recording. */
export function withChange(state: RecordingState, change: RowChange, name: string): RecordingState {
  if (change.type === 'room-status') {
    const told = change.state.recording;
    if (state.kind !== 'found' || told?.name !== name) return state;
    const { status, error } = told;
    // A recording that became ready comes as a whole, in a change of its own.
    if (status === 'ready' || statusOrder[status] <= statusOrder[state.recording.status]) return state;
    return {
      kind: 'found',
      recording: { ...state.recording, status, ...(error !== undefined && { error }) },
    };
  }
  if (change.recording.name !== name) return state;
  return change.type === 'recording-deleted' || change.type === 'recording-trashed'
    ? { kind: 'problem', problem: deleted }
    : { kind: 'found', recording: change.recording };
}

/** The state after a request failed: a recording that is shown stays, unless trying again is pointless. */
export const failed = (state: RecordingState, problem: Problem): RecordingState =>
  state.kind === 'found' && problem.retryable ? state : { kind: 'problem', problem };
