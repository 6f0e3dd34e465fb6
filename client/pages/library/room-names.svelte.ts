import type { RoomSuggestions } from '@reelroom/shared';
import { trpc } from '../../app/trpc.ts';

/** How long after the last key the suggestions are fetched, in ms. */
const debounceMs = 200;

/** Rooms to choose from, while the name of one is typed. */
class RoomNames {
  #found = $state.raw<RoomSuggestions['rooms']>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #requestId = 0;

  get found() {
    return this.#found;
  }

  /** Fetches rooms with this text in their names, after the delay. */
  look(text: string) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      const requestId = ++this.#requestId;
      const search = text.trim().slice(0, 100);
      // Without suggestions a name can still be typed.
      const answer = await trpc.recordings.rooms.query(search ? { search } : {}).catch(() => undefined);
      if (requestId === this.#requestId && answer) this.#found = answer.rooms;
    }, debounceMs);
  }
}

/** Suggests rooms; none before {@link RoomNames.look} is called. */
export const createRoomNames = () => new RoomNames();
