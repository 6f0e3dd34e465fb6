import type { Recording } from '@reelroom/shared';

/** A recording that has failed; the message says why, for people. */
export class RecordingFailedError extends Error {
  override name = 'RecordingFailedError';
  readonly recording: Recording;

  constructor(recording: Recording) {
    super(recording.error ?? 'The recording failed');
    this.recording = recording;
  }
}
