import { roomNameSchema, type RoomState } from '@reelroom/shared';
import { trpc } from '../../app/trpc.ts';
import { isVisible } from '../../lib/page-visible.svelte.ts';

/** How long, in ms, a name stays unchanged before its room is watched. */
const debounceMs = 300;

/** The recording state of the room whose name is being typed. */
class TypedRoom {
  readonly #roomName: string | undefined;
  #heard = $state.raw<{ roomName: string; state: RoomState }>();

  constructor(typed: () => string) {
    this.#roomName = $derived(roomNameSchema.safeParse(typed()).data);
    $effect(() => this.#follow(this.#roomName));
  }

  get state(): RoomState {
    return this.#heard && this.#heard.roomName === this.#roomName ? this.#heard.state : {};
  }

  /** Subscribes to a room after the delay; returns a function that ends it. */
  #follow(roomName: string | undefined) {
    if (roomName === undefined || !isVisible()) return undefined;
    let stop = () => {};
    const timer = setTimeout(() => {
      const subscription = trpc.rooms.status.subscribe(
        { roomName },
        { onData: (state) => (this.#heard = { roomName, state }) },
      );
      stop = () => subscription.unsubscribe();
    }, debounceMs);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }
}

/** Watches the room whose name `typed` reads, for as long as the component is there. */
export const createTypedRoom = (typed: () => string) => new TypedRoom(typed);
