import type { Recording } from '@reelroom/shared';
import { untrack } from 'svelte';
import { errorCodeOf } from '@reelroom/sdk';
import { errorSentence } from '../../app/error-message.ts';
import { signInFirst } from '../../app/sign-in-first.ts';
import type { RowChange } from '../../recordings/rows.ts';
import { trpc } from '../../app/trpc.ts';
import { openedLink, rememberOpened } from './opened-links.ts';
import { problemOf, withChange, failed, type RecordingState } from './lookup.ts';

/** Finds a recording; one in progress is not in the bucket yet, but in the list. */
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

/** The recording that a page shows, and its state. */
class Watched {
  readonly #name: string;
  /** The token of the link, and what has opened it if it has a password. */
  readonly #link: string | undefined;
  #share = $state<string>();
  #state = $state.raw<RecordingState>({ kind: 'looking' });
  #isWatchable = $state(false);
  #requestId = 0;

  constructor(name: string, share: string | undefined) {
    this.#name = name;
    this.#link = share;
    this.#share = share === undefined ? undefined : (openedLink(share) ?? share);
  }

  get state() {
    return this.#state;
  }
  /** What allows watching it, where a link leads here. */
  get share() {
    return this.#share;
  }
  /** It can be watched while it is recorded; not every recording can. */
  get isWatchable() {
    return this.#isWatchable;
  }

  /** Fetches it, or fetches it again: it may have been deleted, or the link have expired. */
  refresh = async () => {
    const requestId = ++this.#requestId;
    if (this.#state.kind === 'problem') this.#state = { kind: 'looking' };
    try {
      const recording = await find(this.#name, this.#share);
      if (requestId === this.#requestId) this.#state = { kind: 'found', recording };
    } catch (error) {
      if (errorCodeOf(error) === 'SHARE_LOCKED') {
        if (requestId === this.#requestId) this.#lock();
        return;
      }
      signInFirst(error);
      const problem = problemOf(errorCodeOf(error), errorSentence(error));
      if (requestId === this.#requestId) this.#state = failed(this.#state, problem);
    }
  };

  #lock() {
    this.#share = this.#link;
    if (this.#link !== undefined) rememberOpened(this.#link, undefined);
    this.#state = { kind: 'locked' };
  }

  /** Opens a link that has a password; returns why not, as the page says it, or nothing. */
  unlock = async (password: string): Promise<string> => {
    const link = this.#link;
    if (link === undefined) return '';
    try {
      const { share } = await trpc.recordings.unlock.mutate({ name: this.#name, share: link, password });
      rememberOpened(link, share);
      this.#share = share;
      this.#state = { kind: 'looking' };
      await this.refresh();
      return '';
    } catch (error) {
      return errorSentence(error);
    }
  };

  /** Subscribes to changes; returns a function that unsubscribes. */
  follow = () =>
    untrack(() => {
      const subscription = trpc.recordings.changes.subscribe(
        {},
        {
          onData: ({ data }) => {
            if (data.type === 'reset') void this.refresh();
            else this.#onChange(data);
          },
        },
      );
      return () => subscription.unsubscribe();
    });

  /** Subscribes to the room that is recorded; returns a function that unsubscribes. */
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

  #onChange(change: RowChange) {
    const now = withChange(this.#state, change, this.#name);
    if (now === this.#state) return;
    this.#state = now;
    // The answer of a request in flight may be older than this.
    this.#requestId += 1;
  }
}

/** The recording of that name, with what the link carries; {@link Watched.refresh} fetches it. */
export const createWatched = (name: string, share: string | undefined) => new Watched(name, share);
