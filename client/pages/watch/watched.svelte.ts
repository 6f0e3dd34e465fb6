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

/** The recording that a page is of, by its name and what the link carries. */
export function createWatched(name: string, share: string | undefined) {
  let known = $state.raw<Lookup>({ state: 'looking' });
  let asked = 0;

  /** Asks for it, again, too: it may be gone, or the link have expired. */
  async function look() {
    const mine = ++asked;
    if (known.state === 'problem') known = { state: 'looking' };
    try {
      const recording = await find(name, share);
      if (mine === asked) known = { state: 'found', recording };
    } catch (error) {
      if (mine === asked) known = withProblem(known, problemOf(errorCodeOf(error), errorSentence(error)));
    }
  }

  function hear(change: RowChange) {
    const now = withChange(known, change, name);
    if (now === known) return;
    known = now;
    // An answer that is under way may not know of this.
    asked += 1;
  }

  let isWatchable = $state(false);

  return {
    get known() {
      return known;
    },
    /** It can be watched while it is made, which not every recording can. */
    get isWatchable() {
      return isWatchable;
    },
    /** Hears of the room in which it is made, until what this returns is called. */
    followRoom: (roomName: string) =>
      untrack(() => {
        const subscription = trpc.rooms.status.subscribe(
          { roomName },
          {
            onData: ({ recording }) => {
              // Once it was, it is so to its end: its segments stay until its file is there.
              if (recording?.name === name && recording.watchable) isWatchable = true;
            },
          },
        );
        return () => subscription.unsubscribe();
      }),
    look,
    /** Hears what happens to it, until what this returns is called. */
    follow: () =>
      untrack(() => {
        const subscription = trpc.recordings.changes.subscribe(
          {},
          {
            onData: ({ data }) => {
              if (data.type === 'reset') void look();
              else hear(data);
            },
          },
        );
        return () => subscription.unsubscribe();
      }),
  };
}
