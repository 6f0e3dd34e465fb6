import type { EndedBy, Recording, RecordingStatus } from '@reelroom/shared';
import { formatDuration } from '../lib/duration.ts';
import { formatSize } from '../lib/format.ts';

/** What a status looks like: `tone` chooses its colour, which never speaks alone. */
interface StatusView {
  label: string;
  tone: 'busy' | 'live' | 'good' | 'bad';
}

const statusViews: Record<RecordingStatus, StatusView> = {
  starting: { label: 'Starting', tone: 'busy' },
  recording: { label: 'Recording', tone: 'live' },
  stopping: { label: 'Saving', tone: 'busy' },
  ready: { label: 'Ready', tone: 'good' },
  failed: { label: 'Failed', tone: 'bad' },
};

/** How a recording's status is shown in a list. */
export const statusView = (status: RecordingStatus): StatusView => statusViews[status];

const endedByLabels: Record<EndedBy, string> = {
  stop: '',
  'room-closed': 'Stopped when everyone had left',
  limit: 'Stopped at the maximum length',
  'recorder-shutdown': 'Stopped when the recorder was shut down',
  recovered: 'Recovered after the recorder was lost',
  alone: 'Stopped when only one person was left',
};

/** What was unusual about how a recording ended or was made; empty when nothing was. */
export function endedByLabel({ endedBy, lostMs = 0, audioOnly }: Recording): string {
  const lostSeconds = Math.round(lostMs / 1000);
  if (endedBy === 'recovered' && lostSeconds > 0) {
    return `Recovered; the last ${lostSeconds === 1 ? 'second is' : `${lostSeconds} s are`} missing`;
  }
  const note = endedBy ? endedByLabels[endedBy] : '';
  return note || (audioOnly ? 'Sound only' : '');
}

/** The label of a recording that is watched before it is ready; empty when it is ready. */
export function liveLabel(status: RecordingStatus): string {
  switch (status) {
    case 'starting':
    case 'recording':
      return 'Still being recorded';
    case 'stopping':
      return 'Being saved';
    case 'ready':
      return '';
    case 'failed':
      return 'The recording failed';
  }
}

/** Length and size of a recording, as far as they are known. */
export function recordingFacts({ durationMs, size }: Recording): { duration: string; size: string } {
  return {
    duration: durationMs === undefined ? '' : formatDuration(durationMs),
    size: size > 0 ? formatSize(size) : '',
  };
}

/** A number of days, in words. */
export const inDays = (days: number): string => (days === 1 ? 'a day' : `${days} days`);

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
  if (days <= 0) return 'Will be deleted any moment';
  return days === 1 ? 'Will be deleted within a day' : `Will be deleted in ${days} days`;
}

/** How long a recording of the trash can still be restored. */
export function trashNote(
  { trashedAt = 0 }: Pick<Recording, 'trashedAt'>,
  trashDays: number,
  now: number,
): string {
  const days = Math.ceil((trashedAt - now) / dayMs + trashDays);
  if (days <= 0) return 'Will be gone any moment';
  return days === 1 ? 'Less than a day left' : `${days} days left`;
}
