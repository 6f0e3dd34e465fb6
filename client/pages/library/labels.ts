import { m } from '../../messages/messages.ts';
import type { RoomSuggestions, Totals } from '@reelroom/shared';
import { inDays } from '../../recordings/labels.ts';
import { formatSize } from '../../lib/format.ts';

/** What the trash says of itself. */
export const trashNotice = (days: number | undefined): string =>
  days === undefined
    ? 'Deleted recordings are not kept any more: what is here will be gone shortly.'
    : `Deleted recordings stay here for ${inDays(days)}. Nobody can play them until they are restored.`;

/** What the page says of the age at which recordings are deleted; nothing where they stay. */
export const retentionNotice = (days: number | undefined): string =>
  days === undefined
    ? ''
    : `Recordings are deleted ${inDays(days)} after they were made, but for those that are kept.`;

/** What it means to keep a recording. */
export const keepHint = (days: number | undefined): string =>
  days === undefined
    ? 'Recordings stay until somebody deletes them; one that is kept says so before it is deleted.'
    : `It stays when others are deleted, ${inDays(days)} after they were made. It can still be deleted by hand.`;

/** What a suggested room says of itself: `stand-up, 1,204 recordings`. */
export const roomLabel = ({ roomName, count }: RoomSuggestions['rooms'][number]): string =>
  count === undefined ? roomName : `${roomName}, ${m.recordings_count(count)}`;

/** All that the library has: `1,204 recordings, 38 GB`. */
export const totalsLine = ({ count, bytes }: Totals): string =>
  count === 0 ? 'No recordings' : `${m.recordings_count(count)}, ${formatSize(bytes)}`;
