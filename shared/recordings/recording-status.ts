import * as z from 'zod/mini';

/** The states of a recording: the last two are final. */
export const recordingStatusSchema = z
  .enum(['starting', 'recording', 'stopping', 'ready', 'failed'])
  .check(z.describe('ready and failed are final'));
export type RecordingStatus = z.infer<typeof recordingStatusSchema>;

/** Order of a recording's life; of two things heard about one recording the later is true. */
export const statusOrder: Record<RecordingStatus, number> = {
  starting: 0,
  recording: 1,
  stopping: 2,
  ready: 3,
  failed: 3,
};

/** Whether a status is one that a recording does not leave again. */
export const isFinal = (status: RecordingStatus): boolean => status === 'ready' || status === 'failed';
