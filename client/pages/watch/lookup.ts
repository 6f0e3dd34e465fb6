import { statusOrder, type ErrorCode, type Recording } from '@reelroom/shared';
import type { RowChange } from '../../recordings/rows.ts';

/** Why there is nothing to watch, in words for people. */
export interface Problem {
  heading: string;
  text: string;
  /** Whether it may be different soon. */
  mayPass: boolean;
}

/** What is known of the recording that is to be watched. */
export type Lookup =
  { state: 'looking' } | { state: 'found'; recording: Recording } | { state: 'problem'; problem: Problem };

/** What to tell when a recording is not to be had, by the code and the sentence of the answer. */
export function problemOf(code: ErrorCode | undefined, sentence: string): Problem {
  switch (code) {
    case 'RECORDING_NOT_FOUND':
    case 'INVALID_INPUT':
      return {
        heading: 'There is no such recording',
        text: 'It may have been deleted, or the link is not complete.',
        mayPass: false,
      };
    case 'SHARE_EXPIRED':
      return {
        heading: 'This link has expired',
        text: 'Its time is over, or it was taken back. Ask whoever sent it for a new one.',
        mayPass: false,
      };
    case 'SHARE_INVALID':
      return {
        heading: 'This link is not valid',
        text: 'Perhaps a part of it is missing. Ask whoever sent it to send it again.',
        mayPass: false,
      };
    default:
      return { heading: 'The recording cannot be reached', text: sentence, mayPass: true };
  }
}

const deleted: Problem = {
  heading: 'This recording was deleted',
  text: 'Somebody has just deleted it.',
  mayPass: false,
};

/** What is known after a change, which may be of any recording. */
export function withChange(known: Lookup, change: RowChange, name: string): Lookup {
  if (change.type === 'room-status') {
    const told = change.state.recording;
    if (known.state !== 'found' || told?.name !== name) return known;
    const { status, error } = told;
    // One that is ready is told of as a whole.
    if (status === 'ready' || statusOrder[status] <= statusOrder[known.recording.status]) return known;
    return {
      state: 'found',
      recording: { ...known.recording, status, ...(error !== undefined && { error }) },
    };
  }
  if (change.recording.name !== name) return known;
  return change.type === 'recording-deleted'
    ? { state: 'problem', problem: deleted }
    : { state: 'found', recording: change.recording };
}

/** What is known after it was asked for again: what is shown stays when the answer did not come. */
export const withProblem = (known: Lookup, problem: Problem): Lookup =>
  known.state === 'found' && problem.mayPass ? known : { state: 'problem', problem };
