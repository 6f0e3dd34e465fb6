import type { EndedBy } from '@reelroom/shared';
import type { RecorderLook } from './recorder-watch.ts';
import type { RecordingState } from './state.ts';

/** How long, in ms, a recorder may take to begin once it has the job. Egress itself would wait for ever. */
const beginWithinMs = 30_000;

/** Whether a recorder has had the job for longer than it may take to begin; `now` in ms since 1970. */
export const tookTooLong = ({ status, startedAt }: RecordingState, now: number): boolean =>
  status === 'starting' && now - startedAt > beginWithinMs;

/**
 * How long a recording has been going on, in ms. Its recorder's clock tells when media
 * began; where that cannot be by ours, which says what time it is `now`, ours tells when
 * it was asked for.
 */
export function lengthOf({ startedAt, recordingSince = Infinity }: RecordingState, now: number): number {
  const isPlausible = recordingSince >= startedAt && recordingSince - startedAt <= beginWithinMs;
  return now - (isPlausible ? recordingSince : startedAt);
}

/**
 * Why a recording is to be ended, if it is: LiveKit has forgotten it, it is alone, or as
 * long as it may be.
 */
export function reasonToEnd(
  recording: RecordingState,
  {
    recorder,
    isKnown,
    maxMs,
    now,
  }: { recorder: RecorderLook; isKnown: boolean; maxMs: number | undefined; now: number },
): EndedBy | undefined {
  if (!isKnown) return 'recorder-shutdown';
  if (recorder === 'alone') return 'room-closed';
  const isTooLong =
    recording.status === 'recording' && maxMs !== undefined && lengthOf(recording, now) >= maxMs;
  return isTooLong ? 'limit' : undefined;
}

/** Tells a limit apart from a stop that somebody asked for, by its length alone: whichever process ended it. */
export function withLimit(recording: RecordingState, maxMs: number | undefined): RecordingState {
  const { endedBy, recordingSince = Infinity, endedAt = 0 } = recording;
  const isLimit = endedBy === 'stop' && maxMs !== undefined && endedAt - recordingSince >= maxMs;
  return isLimit ? { ...recording, endedBy: 'limit' } : recording;
}
