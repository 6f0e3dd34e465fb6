import { m } from '../../messages/messages.ts';
import type { RoomSuggestions, Totals } from '@reelroom/shared';
import { formatSize } from '../../lib/format.ts';

/** What the trash says of itself. */
export const trashNotice = (days: number | undefined): string =>
  days === undefined ? m.trash_not_kept : m.trash_kept_for(days);

/** What the page says of the age at which recordings are deleted; nothing where they stay. */
export const retentionNotice = (days: number | undefined): string =>
  days === undefined ? '' : m.library_retention(days);

/** What it means to keep a recording. */
export const keepHint = (days: number | undefined): string =>
  days === undefined ? m.keep_hint : m.keep_hint_days(days);

/** What a suggested room says of itself: `stand-up, 1,204 recordings`. */
export const roomLabel = ({ roomName, count }: RoomSuggestions['rooms'][number]): string =>
  count === undefined ? roomName : `${roomName}, ${m.recordings_count(count)}`;

/** All that the library has: `1,204 recordings, 38 GB`. */
export const totalsLine = ({ count, bytes }: Totals): string =>
  count === 0 ? m.library_none : `${m.recordings_count(count)}, ${formatSize(bytes)}`;
