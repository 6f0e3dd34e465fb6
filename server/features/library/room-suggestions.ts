import { fold, type RoomSuggestions } from '@reelroom/shared';
import type { VisibleRooms } from '../access/access.ts';
import { listsPerPage } from '../index/newest-first.ts';
import type { Index } from '../index/store.ts';

const maxRooms = 100;

/**
 * Suggests rooms that have recordings; to who may not see all rooms, theirs.
 * @param countOf how many recordings a room has, where that is known
 * @returns lists the rooms with `search` in their names, a hundred at most: five S3 requests at most, or none
 */
export const createRoomSuggestions =
  ({ index, countOf }: { index: Pick<Index, 'rooms'>; countOf: (roomName: string) => number | undefined }) =>
  async ({
    search = '',
    visible,
  }: {
    search?: string | undefined;
    visible: VisibleRooms;
  }): Promise<RoomSuggestions> => {
    const text = fold(search);
    const isWanted = (name: string) => fold(name).includes(text);
    const found = visible === 'all' ? [] : [...visible].filter(isWanted).sort();
    let next: string | undefined;
    for (let lists = 0; visible === 'all' && lists < listsPerPage; lists += 1) {
      const page = await index.rooms(next);
      found.push(...page.names.filter(isWanted));
      next = page.next;
      if (next === undefined || found.length > maxRooms) break;
    }
    return {
      rooms: found.slice(0, maxRooms).map((roomName) => {
        const count = countOf(roomName);
        return { roomName, ...(count !== undefined && { count }) };
      }),
      more: next !== undefined || found.length > maxRooms,
    };
  };

export type SuggestRooms = ReturnType<typeof createRoomSuggestions>;
