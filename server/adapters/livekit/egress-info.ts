import {
  failureSentences,
  layoutSchema,
  parseRecordingName,
  qualitySchema,
  recordingNameSchema,
  statusOrder,
  type EndedBy,
  type Recording,
  type RecordingStatus,
} from '@reelroom/shared';
import { EgressStatus, type EgressInfo } from 'livekit-server-sdk';

/** A recording with what only its recorder knows. */
export interface RecordingState extends Recording {
  /** When media began, in ms since 1970; absent until then. */
  recordingSince?: number;
  /** When the recorder ended, in ms since 1970; absent until then. */
  endedAt?: number;
  /** Whether the recorder could not upload the file, and still has it. */
  isLeftBehind?: boolean;
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

/** Whether an egress is over, or about to be. */
export const hasEnded = ({ status }: EgressInfo): boolean =>
  statusOrder[statusOfEgress[status]] >= statusOrder.stopping;

const fromNanoseconds = (time: bigint): number => Number(time / 1_000_000n);

/** Why an egress that left a good file ended, from its `details` (`livekit_egress.go` of its protocol). */
function endedByOf({ status, details }: EgressInfo): EndedBy {
  if (status === EgressStatus.EGRESS_LIMIT_REACHED || /limit reached/i.test(details)) return 'limit';
  if (/source closed/i.test(details)) return 'room-closed';
  if (/killed/i.test(details)) return 'recorder-shutdown';
  return 'stop';
}

/** Where the file of an egress goes: its key, and its bucket where LiveKit reports it. */
export interface Target {
  key?: string | undefined;
  bucket?: string | undefined;
}

/** The options of a recording, as far as its egress reports them. */
function optionsOf({ request }: EgressInfo): Pick<Recording, 'layout' | 'quality' | 'audioOnly'> {
  if (request.case !== 'roomComposite') return {};
  const { layout, audioOnly, options } = request.value;
  if (audioOnly) return { audioOnly };
  const height = options.case === 'advanced' ? options.value.height : undefined;
  return {
    layout: layoutSchema.safeParse(layout).data,
    quality: qualitySchema.safeParse(`${height}p`).data,
  };
}

/** Egress's texts may quote a URL with a token in it, and have any length. */
const maxReasonLength = 500;
const secretParts = /\?[^\s"']*|\beyJ[\w.-]+/g;

/** Egress's own reason of a failure, for operators: its error, its code and its details, without secrets. */
function reasonOf({ error, errorCode, details }: EgressInfo): string | undefined {
  const code = errorCode > 0 ? `(${errorCode})` : '';
  const text = [error, code, details === error ? '' : details].filter((part) => part !== '').join(' ');
  return text === '' ? undefined : text.replace(secretParts, '…').slice(0, maxReasonLength);
}

export function targetOf({ fileResults, request }: EgressInfo): Target {
  const output =
    request.case === 'roomComposite'
      ? (request.value.fileOutputs[0] ?? request.value.output.value)
      : undefined;
  const upload =
    output && 'filepath' in output && output.output.case === 's3' ? output.output.value : undefined;
  return { key: fileResults[0]?.filename, bucket: upload?.bucket || undefined };
}

/** The recording that an egress makes; undefined where it makes no file. */
export function recordingOf(egress: EgressInfo): RecordingState | undefined {
  const file = egress.fileResults[0];
  const name = file?.filename.split('/').pop();
  if (!file || !name || !recordingNameSchema.safeParse(name).success) return undefined;
  const status = statusOfEgress[egress.status];
  const recording: RecordingState = {
    id: egress.egressId,
    name,
    roomName: egress.roomName,
    roomId: egress.roomId,
    // Egress reports no time before the recording begins; the name has it from the start.
    startedAt: parseRecordingName(name)?.startedAt ?? fromNanoseconds(egress.startedAt),
    size: Number(file.size),
    status,
    ...optionsOf(egress),
    ...(file.startedAt > 0n && { recordingSince: fromNanoseconds(file.startedAt) }),
    ...(file.duration > 0n && { durationMs: fromNanoseconds(file.duration) }),
    ...(egress.endedAt > 0n && { endedAt: fromNanoseconds(egress.endedAt) }),
    // Egress 1.8.6 reports only its location: a local path, not a URL.
    ...((egress.backupStorageUsed || file.location.startsWith('/')) && { isLeftBehind: true }),
    ...(status === 'ready' && { endedBy: endedByOf(egress) }),
  };
  if (status !== 'failed') return recording;
  const failure = egress.status === EgressStatus.EGRESS_ABORTED ? 'NOT_BEGUN' : 'RECORDER_FAILED';
  return { ...recording, failure, error: failureSentences[failure], reason: reasonOf(egress) };
}
