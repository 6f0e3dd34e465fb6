import { m } from '../messages/messages.ts';
import type { EndedBy, Failure, Recording, RecordingStatus } from '@reelroom/shared';
import { formatDuration } from '../lib/duration.ts';
import { formatSize } from '../lib/format.ts';

/** What a status looks like: `tone` chooses its colour, which never speaks alone. */
interface StatusView {
  label: string;
  tone: 'busy' | 'live' | 'good' | 'bad';
}

const statusViews: Record<RecordingStatus, StatusView> = {
  starting: { label: m.status_starting, tone: 'busy' },
  recording: { label: m.status_recording, tone: 'live' },
  stopping: { label: m.status_stopping, tone: 'busy' },
  ready: { label: m.status_ready, tone: 'good' },
  failed: { label: m.status_failed, tone: 'bad' },
};

/** How a recording's status is shown in a list. */
export const statusView = (status: RecordingStatus): StatusView => statusViews[status];

const endedByLabels: Record<EndedBy, string> = {
  stop: '',
  'room-closed': m.ended_room_closed,
  limit: m.ended_limit,
  'recorder-shutdown': m.ended_recorder_shutdown,
  recovered: m.ended_recovered,
  alone: m.ended_alone,
};

const failureLabels: Record<Failure, string> = {
  NOT_BEGUN: m.failure_not_begun,
  NO_RECORDER: m.failure_no_recorder,
  RECORDER_FAILED: m.failure_recorder_failed,
  RECORDER_LOST: m.failure_recorder_lost,
};

/** What is wrong with a recording: in our words where its failure is known, or else in the server's. */
export const problemLabel = ({ failure, error }: Pick<Recording, 'failure' | 'error'>): string | undefined =>
  failure ? failureLabels[failure] : error;

/** What was unusual about how a recording ended or was made; empty when nothing was. */
export function endedByLabel({ endedBy, lostMs = 0, audioOnly }: Recording): string {
  const lostSeconds = Math.round(lostMs / 1000);
  if (endedBy === 'recovered' && lostSeconds > 0) {
    return m.ended_recovered_lost(lostSeconds);
  }
  const note = endedBy ? endedByLabels[endedBy] : '';
  return note || (audioOnly ? m.recording_sound_only : '');
}

/** The label of a recording that is watched before it is ready; empty when it is ready. */
export function liveLabel(status: RecordingStatus): string {
  switch (status) {
    case 'starting':
    case 'recording':
      return m.live_recording;
    case 'stopping':
      return m.live_saving;
    case 'ready':
      return '';
    case 'failed':
      return m.live_failed;
  }
}

/** Length and size of a recording, as far as they are known. */
export function recordingFacts({ durationMs, size }: Recording): { duration: string; size: string } {
  return {
    duration: durationMs === undefined ? '' : formatDuration(durationMs),
    size: size > 0 ? formatSize(size) : '',
  };
}

const dayMs = 24 * 60 * 60_000;
/** Retention is announced this many days before it deletes a recording. */
const expiryNoticeDays = 7;

/** When retention deletes a recording, once that is near; empty for one that is kept. */
export function expiryNote(
  { startedAt, keep }: Pick<Recording, 'startedAt' | 'keep'>,
  retentionDays: number | undefined,
  now: number,
): string {
  if (retentionDays === undefined || keep) return '';
  const days = Math.ceil((startedAt - now) / dayMs + retentionDays);
  if (days > expiryNoticeDays) return '';
  if (days <= 0) return m.expiry_any_moment;
  return days === 1 ? m.expiry_within_a_day : m.expiry_in_days(days);
}

/** How long a recording of the trash can still be restored. */
export function trashNote(
  { trashedAt = 0 }: Pick<Recording, 'trashedAt'>,
  trashDays: number,
  now: number,
): string {
  const days = Math.ceil((trashedAt - now) / dayMs + trashDays);
  if (days <= 0) return m.trash_any_moment;
  return days === 1 ? m.trash_less_than_a_day : m.trash_days_left(days);
}
