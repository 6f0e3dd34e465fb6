import type { EndedBy } from '@reelroom/shared';
import type { RecordingState } from '../../adapters/livekit/egress-info.ts';

/** How long a recorder may take to begin once it has the job, in ms. Egress itself would wait for ever. */
const beginWithinMs = 30_000;

/** What decides whether a recording has to end: times in ms, by this process's monotonic clock. */
export interface Known {
  /** How long it has been known. */
  knownForMs: number;
  /** Its length so far. */
  lengthMs: number;
  /** Whether LiveKit has forgotten it. */
  isForgotten: boolean;
  /** Whether its room was closed, and reopened by the recorder alone. */
  isRoomClosed: boolean;
  /** The maximum length; no limit when absent. */
  maxMs: number | undefined;
}

/** Why a recording that nobody has stopped must end; undefined where it need not. */
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

/** Turns `stop` into `limit` for a recording of the maximum length, whichever process ended it. */
export function withLimit(recording: RecordingState, maxMs: number | undefined): RecordingState {
  const { endedBy, recordingSince = Infinity, endedAt = 0 } = recording;
  const isLimit = endedBy === 'stop' && maxMs !== undefined && endedAt - recordingSince >= maxMs;
  return isLimit ? { ...recording, endedBy: 'limit' } : recording;
}
