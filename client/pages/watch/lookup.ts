import { m } from '../../messages/messages.ts';
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
        heading: m.watch_not_found,
        text: m.watch_not_found_hint,
        retryable: false,
      };
    case 'SHARE_EXPIRED':
      return {
        heading: m.watch_expired,
        text: m.watch_expired_hint,
        retryable: false,
      };
    case 'SHARE_INVALID':
      return {
        heading: m.watch_invalid,
        text: m.watch_invalid_hint,
        retryable: false,
      };
    case 'SHARE_SIGN_IN':
      return { heading: m.watch_sign_in, text: `${sentence}.`, retryable: false, needsSignIn: true };
    default:
      return { heading: m.watch_unreachable, text: sentence, retryable: true };
  }
}

const deleted: Problem = {
  heading: m.watch_deleted,
  text: m.watch_deleted_hint,
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
