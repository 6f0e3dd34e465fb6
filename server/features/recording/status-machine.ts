import { failureSentences, isFinal, statusOrder, type Failure } from '@reelroom/shared';
import type { RecordingState } from '../../adapters/livekit/egress-info.ts';

/** `recording` as failed for this reason. */
export const failed = (recording: RecordingState, failure: Failure): RecordingState => ({
  ...recording,
  status: 'failed',
  failure,
  error: failureSentences[failure],
});

/**
 * The state after `next` arrives, in any order, any number of times: a recording only advances, and a final
 * state stays.
 */
export function advance(known: RecordingState | undefined, next: RecordingState): RecordingState {
  if (!known) return next;
  if (isFinal(known.status) || statusOrder[next.status] < statusOrder[known.status]) return known;
  // The reason known here outranks the recorder's, which was only asked to stop.
  return { ...known, ...next, ...(known.endedBy !== undefined && { endedBy: known.endedBy }) };
}
