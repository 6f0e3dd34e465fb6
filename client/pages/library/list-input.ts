import type { ListInput } from '@reelroom/shared';
import type { LibraryFilter } from '../../app/library-filter.ts';

/** The first moment of a day of the reader's calendar, or of one some days later. */
function startOfDay(day: string, later = 0): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** The filter as the input of `recordings.list`. */
export function listInputOf({ room, search, status, from, to, order }: LibraryFilter): ListInput {
  return {
    order,
    ...(room && { roomName: room }),
    ...(search && { search }),
    ...(status && status !== 'trash' && { status }),
    ...(from && { from: startOfDay(from) }),
    ...(to && { to: startOfDay(to, 1) }),
  };
}
