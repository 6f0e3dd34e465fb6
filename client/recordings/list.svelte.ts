import type { ListInput, Recording, RecordingChange } from '@reelroom/shared';
import { untrack } from 'svelte';
import { errorSentence } from '../errors.ts';
import { trpc } from '../trpc.ts';
import { withChange, type RowChange } from './rows.ts';

type State = 'loading' | 'ready' | 'failed';

/** Recordings as a list shows them: loaded, kept up to date, or not to be had. */
class RecordingRows {
  readonly #query: ListInput;
  #rows = $state.raw<readonly Recording[]>([]);
  #state = $state<State>('loading');
  #error = $state('');
  #asked = 0;
  /** What happens while an answer is under way, which may not know of it. */
  #meanwhile: RowChange[] | undefined;
  /** The last change that was heard of, behind which the next subscription goes on. */
  #lastEventId: string | undefined;

  constructor(query: ListInput) {
    this.#query = query;
  }

  get rows() {
    return this.#rows;
  }
  get state() {
    return this.#state;
  }
  get error() {
    return this.#error;
  }

  /** Asks anew; what is shown stays until the answer is there. */
  load = async () => {
    const asked = ++this.#asked;
    const meanwhile: RowChange[] = (this.#meanwhile = []);
    if (this.#state === 'failed') this.#state = 'loading';
    try {
      const recordings: Recording[] = [];
      let cursor: string | undefined;
      do {
        const page = await trpc.recordings.list.query({ ...this.#query, limit: 200, cursor });
        if (asked !== this.#asked) return;
        recordings.push(...page.recordings);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      this.#rows = meanwhile.reduce(withChange, recordings);
      this.#state = 'ready';
    } catch (error) {
      // A list that is shown is better than none, even if it is some seconds old.
      if (asked !== this.#asked || this.#state === 'ready') return;
      this.#error = errorSentence(error);
      this.#state = 'failed';
    } finally {
      if (asked === this.#asked) this.#meanwhile = undefined;
    }
  };

  /** Loads the list and keeps it up to date, until what it returns is called. */
  follow = () =>
    untrack(() => {
      // Not left to the first change, so that the list is there also where subscriptions do not get through.
      if (this.#state !== 'ready') void this.load();
      const subscription = trpc.recordings.changes.subscribe(
        { lastEventId: this.#lastEventId },
        {
          onData: ({ id, data }) => {
            this.#lastEventId = id;
            this.#hear(data);
          },
        },
      );
      return () => subscription.unsubscribe();
    });

  /** Takes in a change; one's own is told again by the server, which does no harm. */
  apply(change: RowChange) {
    const { roomName } = this.#query;
    if (roomName !== undefined && change.recording.roomName !== roomName) return;
    this.#meanwhile?.push(change);
    this.#rows = withChange(this.#rows, change);
  }

  #hear(change: RecordingChange) {
    if (change.type === 'reset') void this.load();
    else this.apply(change);
  }
}

export type { RecordingRows };

/** A list of the recordings that the query asks for; {@link RecordingRows.follow} fills it. */
export function createRecordingRows(query: ListInput): RecordingRows {
  return new RecordingRows(query);
}
