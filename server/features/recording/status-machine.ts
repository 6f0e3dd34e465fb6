import { failureSentences, isFinal, statusOrder, type Failure } from '@reelroom/shared';
import type { RecordingState } from '../../adapters/livekit/egress-info.ts';

/** `recording`, failed for this reason. */
export const failed = (recording: RecordingState, failure: Failure): RecordingState => ({
  ...recording,
  status: 'failed',
  failure,
  error: failureSentences[failure],
});

/**
 * The state that follows `known` when `next` is heard of, in whatever order, however
 * often: a recording only goes forward, and a final state stays.
 */
export function advance(known: RecordingState | undefined, next: RecordingState): RecordingState {
  if (!known) return next;
  if (isFinal(known.status) || statusOrder[next.status] < statusOrder[known.status]) return known;
  // Who had it ended knows better why than its recorder, which was asked to.
  return { ...known, ...next, ...(known.endedBy !== undefined && { endedBy: known.endedBy }) };
}
