import type { WaitingPerson } from '@reelroom/shared';
import { errorSentence } from '../../app/error-message.ts';
import { trpc } from '../../app/trpc.ts';
import { toast } from '../../design/toasts.svelte.ts';

/** The people in a room's waiting room, for its hosts. */
class Knocking {
  readonly #roomName: string;
  #people = $state.raw<readonly WaitingPerson[]>([]);
  #isDeciding = $state(false);

  constructor(roomName: string, isHost: () => boolean) {
    this.#roomName = roomName;
    $effect(() => {
      if (!isHost()) return undefined;
      const subscription = trpc.lobby.waiting.subscribe(
        { roomName },
        { onData: (people) => (this.#people = people) },
      );
      return () => {
        subscription.unsubscribe();
        this.#people = [];
      };
    });
  }

  /** Longest first. */
  get people() {
    return this.#people;
  }
  get isDeciding() {
    return this.#isDeciding;
  }

  /** Admits or refuses people. */
  async decide(people: readonly WaitingPerson[], admit: boolean): Promise<void> {
    this.#isDeciding = true;
    const ids = people.map(({ id }) => id);
    try {
      await trpc.lobby.decide.mutate({ roomName: this.#roomName, people: ids, admit });
      this.#people = this.#people.filter(({ id }) => !ids.includes(id));
    } catch (error) {
      toast(errorSentence(error), 'error');
    }
    this.#isDeciding = false;
  }
}

export type { Knocking };

/** Follows a room's waiting room while `isHost` says that the user may admit people. */
export const createKnocking = (roomName: string, isHost: () => boolean): Knocking =>
  new Knocking(roomName, isHost);
