import type { RoomSuggestions } from '@reelroom/shared';
import { trpc } from '../../app/trpc.ts';

/** How long after the last key rooms are looked for, in ms. */
const pause = 200;

/** Rooms to choose from, while the name of one is typed. */
export function createRoomNames() {
  let found = $state.raw<RoomSuggestions['rooms']>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  return {
    get found() {
      return found;
    },
    /** Looks for rooms with this text in their names, soon. */
    look(text: string) {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const mine = ++asked;
        const search = text.trim().slice(0, 100);
        // Without suggestions a name can still be typed.
        const answer = await trpc.recordings.rooms.query(search ? { search } : {}).catch(() => undefined);
        if (mine === asked && answer) found = answer.rooms;
      }, pause);
    },
  };
}
