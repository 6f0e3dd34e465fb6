import { roomNameSchema, type RoomState } from '@reelroom/shared';
import { trpc } from '../../app/trpc.ts';
import { isVisible } from '../../lib/page-visible.svelte.ts';

/** How long a name must have stayed as it is, in ms: nobody watches every name on the way to one. */
const settled = 300;

/** What the room whose name is being typed shows of its recording. */
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

  /** Watches a room soon, until what this returns is called. */
  #follow(roomName: string | undefined) {
    if (roomName === undefined || !isVisible()) return undefined;
    let stop = () => {};
    const timer = setTimeout(() => {
      const subscription = trpc.rooms.status.subscribe(
        { roomName },
        { onData: (state) => (this.#heard = { roomName, state }) },
      );
      stop = () => subscription.unsubscribe();
    }, settled);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }
}

/** Watches the room whose name `typed` reads, for as long as the component is there. */
export const createTypedRoom = (typed: () => string) => new TypedRoom(typed);
