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

const endings: Record<EndedBy, string> = {
  stop: '',
  'room-closed': 'Ended when everyone had left',
  limit: 'Ended when it was as long as a recording may be',
  'recorder-shutdown': 'Ended when the recorder was shut down',
  recovered: 'Recovered after the recorder was lost',
  alone: 'Ended when one person was left',
};

/** What is worth telling of how a recording ended, or is made; nothing of the usual. */
export function endingNote({ endedBy, lostMs = 0, audioOnly }: Recording): string {
  const lostSeconds = Math.round(lostMs / 1000);
  if (endedBy === 'recovered' && lostSeconds > 0) {
    return `Recovered; the last ${lostSeconds === 1 ? 'second is' : `${lostSeconds} s are`} missing`;
  }
  const note = endedBy ? endings[endedBy] : '';
  return note || (audioOnly ? 'Sound only' : '');
}

/** What to tell of a recording that is watched before it is ready; nothing of one that is. */
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

const dayMs = 24 * 60 * 60_000;
/** So many days before a recording is deleted for its age that is told. */
const toldBefore = 7;

/** When a recording that nobody keeps will be deleted for its age, once that is near. */
export function expiryNote(
  { startedAt, keep }: Pick<Recording, 'startedAt' | 'keep'>,
  retentionDays: number | undefined,
  now: number,
): string {
  if (retentionDays === undefined || keep) return '';
  const days = Math.ceil((startedAt - now) / dayMs + retentionDays);
  if (days > toldBefore) return '';
  if (days <= 0) return 'Will be deleted any moment';
  return days === 1 ? 'Will be deleted within a day' : `Will be deleted in ${days} days`;
}

/** How many recordings, in words: `1,204 recordings`. */
export const countLabel = (count: number, locale?: string): string =>
  count === 1 ? '1 recording' : `${new Intl.NumberFormat(locale).format(count)} recordings`;
