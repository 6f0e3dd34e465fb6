import type { Recording } from '@reelroom/shared';
import { untrack } from 'svelte';
import { errorCodeOf } from '@reelroom/sdk';
import { errorSentence } from '../../app/error-message.ts';
import type { RowChange } from '../../recordings/rows.ts';
import { trpc } from '../../app/trpc.ts';
import { problemOf, withChange, withProblem, type Lookup } from './lookup.ts';

/** One that is being made is not in the bucket yet: it is in the list. */
async function find(name: string, share: string | undefined): Promise<Recording> {
  try {
    return await trpc.recordings.get.query({ name, share });
  } catch (error) {
    if (share !== undefined || errorCodeOf(error) !== 'RECORDING_NOT_FOUND') throw error;
    const { live } = await trpc.recordings.list.query({ limit: 1 });
    const recording = live.find((other) => other.name === name);
    if (!recording) throw error;
    return recording;
  }
}

/** The recording that a page is of, and what is known of it. */
class Watched {
  readonly #name: string;
  readonly #share: string | undefined;
  #known = $state.raw<Lookup>({ state: 'looking' });
  #isWatchable = $state(false);
  #asked = 0;

  constructor(name: string, share: string | undefined) {
    this.#name = name;
    this.#share = share;
  }

  get known() {
    return this.#known;
  }
  /** It can be watched while it is made, which not every recording can. */
  get isWatchable() {
    return this.#isWatchable;
  }

  /** Asks for it, again, too: it may be gone, or the link have expired. */
  look = async () => {
    const mine = ++this.#asked;
    if (this.#known.state === 'problem') this.#known = { state: 'looking' };
    try {
      const recording = await find(this.#name, this.#share);
      if (mine === this.#asked) this.#known = { state: 'found', recording };
    } catch (error) {
      const problem = problemOf(errorCodeOf(error), errorSentence(error));
      if (mine === this.#asked) this.#known = withProblem(this.#known, problem);
    }
  };

  /** Hears what happens to it, until what this returns is called. */
  follow = () =>
    untrack(() => {
      const subscription = trpc.recordings.changes.subscribe(
        {},
        {
          onData: ({ data }) => {
            if (data.type === 'reset') void this.look();
            else this.#hear(data);
          },
        },
      );
      return () => subscription.unsubscribe();
    });

  /** Hears of the room in which it is made, until what this returns is called. */
  followRoom = (roomName: string) =>
    untrack(() => {
      const subscription = trpc.rooms.status.subscribe(
        { roomName },
        {
          onData: ({ recording }) => {
            // Once it was, it is so to its end: its segments stay until its file is there.
            if (recording?.name === this.#name && recording.watchable) this.#isWatchable = true;
          },
        },
      );
      return () => subscription.unsubscribe();
    });

  #hear(change: RowChange) {
    const now = withChange(this.#known, change, this.#name);
    if (now === this.#known) return;
    this.#known = now;
    // An answer that is under way may not know of this.
    this.#asked += 1;
  }
}

/** The recording of that name, with what the link carries; {@link Watched.look} fetches it. */
export const createWatched = (name: string, share: string | undefined) => new Watched(name, share);
