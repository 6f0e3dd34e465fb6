import type { EndedBy } from '@reelroom/shared';
import type { RecordingState } from '../../adapters/livekit/egress-info.ts';

/** How long, in ms, a recorder may take to begin once it has the job. Egress itself would wait for ever. */
const beginWithinMs = 30_000;

/** What is known of a recording that may have to end: times in ms, by this process's own clock. */
export interface Known {
  /** How long it has been known. */
  knownForMs: number;
  /** How long it is. */
  lengthMs: number;
  /** Whether LiveKit has forgotten it. */
  isForgotten: boolean;
  /** Whether its room was closed, and opened again by the recorder, which is all alone. */
  isRoomClosed: boolean;
  /** The longest it may be; no limit when absent. */
  maxMs: number | undefined;
}

/** Why a recording is to be ended that nobody has stopped, if it is. */
export function reasonToEnd(
  { status }: Pick<RecordingState, 'status'>,
  { knownForMs, lengthMs, isForgotten, isRoomClosed, maxMs }: Known,
): EndedBy | undefined {
  if (isForgotten) return 'recorder-shutdown';
  if (status === 'starting') return knownForMs > beginWithinMs ? 'stop' : undefined;
  if (status !== 'recording') return undefined;
  if (isRoomClosed) return 'room-closed';
  return maxMs !== undefined && lengthMs >= maxMs ? 'limit' : undefined;
}

/** Tells a limit apart from a stop that somebody asked for, by its length alone: whichever process ended it. */
export function withLimit(recording: RecordingState, maxMs: number | undefined): RecordingState {
  const { endedBy, recordingSince = Infinity, endedAt = 0 } = recording;
  const isLimit = endedBy === 'stop' && maxMs !== undefined && endedAt - recordingSince >= maxMs;
  return isLimit ? { ...recording, endedBy: 'limit' } : recording;
}
