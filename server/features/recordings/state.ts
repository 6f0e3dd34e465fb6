import { parseRecordingName, type Recording, type RecordingStatus } from '@reelroom/shared';
import { EgressStatus, type EgressInfo } from 'livekit-server-sdk';

/** A recording with what only its recorder knows. */
export interface RecordingState extends Recording {
  /** When media began, in ms since 1970; absent until then. */
  recordingSince?: number;
}

const statusOfEgress: Record<EgressStatus, RecordingStatus> = {
  [EgressStatus.EGRESS_STARTING]: 'starting',
  [EgressStatus.EGRESS_ACTIVE]: 'recording',
  [EgressStatus.EGRESS_ENDING]: 'stopping',
  [EgressStatus.EGRESS_COMPLETE]: 'ready',
  // The limit ends a recording early, and leaves a good file.
  [EgressStatus.EGRESS_LIMIT_REACHED]: 'ready',
  [EgressStatus.EGRESS_FAILED]: 'failed',
  [EgressStatus.EGRESS_ABORTED]: 'failed',
};

const order: Record<RecordingStatus, number> = {
  starting: 0,
  recording: 1,
  stopping: 2,
  ready: 3,
  failed: 3,
};

/** Whether a recording in this state changes no more. */
export const isFinal = (status: RecordingStatus): boolean => status === 'ready' || status === 'failed';

const fromNanoseconds = (time: bigint): number => Number(time / 1_000_000n);

/** What an egress says of the recording that it makes; nothing where it makes no file. */
export function recordingOf(egress: EgressInfo): RecordingState | undefined {
  const file = egress.fileResults[0];
  const name = file?.filename.split('/').pop();
  if (!file || !name) return undefined;
  const status = statusOfEgress[egress.status];
  return {
    id: egress.egressId,
    name,
    roomName: egress.roomName,
    roomId: egress.roomId,
    // Egress tells no time before the recording begins; the name does from the first.
    startedAt: parseRecordingName(name)?.startedAt ?? fromNanoseconds(egress.startedAt),
    size: Number(file.size),
    status,
    ...(file.startedAt > 0n && { recordingSince: fromNanoseconds(file.startedAt) }),
    ...(file.duration > 0n && { durationMs: fromNanoseconds(file.duration) }),
    ...(status === 'failed' && {
      error:
        egress.status === EgressStatus.EGRESS_ABORTED
          ? 'The recording was stopped before it began'
          : 'The recorder failed: the recording could not be finished',
    }),
  };
}

/**
 * The state that follows `known` when `next` is heard of, in whatever order, however
 * often: a recording only goes forward, and a final state stays.
 */
export function advance(known: RecordingState | undefined, next: RecordingState): RecordingState {
  if (!known) return next;
  if (isFinal(known.status) || order[next.status] < order[known.status]) return known;
  return { ...known, ...next };
}
