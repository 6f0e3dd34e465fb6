import type { ListInput } from '@reelroom/shared';
import type { LibraryFilter } from '../../app/library-filter.ts';
import { startOfDay } from '../../lib/start-of-day.ts';

/** The filter as the input of `recordings.list`. */
export function listInputOf({ room, search, status, from, to, order }: LibraryFilter): ListInput {
  return {
    order,
    ...(room && { roomName: room }),
    ...(search && { search }),
    ...(status && status !== 'trash' && { status }),
    ...(from && { from: startOfDay(from).toISOString() }),
    ...(to && { to: startOfDay(to, 1).toISOString() }),
  };
}
