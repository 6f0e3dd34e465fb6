import type { RoomSuggestions } from '@reelroom/shared';
import { trpc } from '../../app/trpc.ts';

/** How long after the last key rooms are looked for, in ms. */
const pause = 200;

/** Rooms to choose from, while the name of one is typed. */
class RoomNames {
  #found = $state.raw<RoomSuggestions['rooms']>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  get found() {
    return this.#found;
  }

  /** Looks for rooms with this text in their names, soon. */
  look(text: string) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      const mine = ++this.#asked;
      const search = text.trim().slice(0, 100);
      // Without suggestions a name can still be typed.
      const answer = await trpc.recordings.rooms.query(search ? { search } : {}).catch(() => undefined);
      if (mine === this.#asked && answer) this.#found = answer.rooms;
    }, pause);
  }
}

/** Suggests rooms; none before {@link RoomNames.look} is called. */
export const createRoomNames = () => new RoomNames();
