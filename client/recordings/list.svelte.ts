import type { ListInput, Recording } from '@reelroom/shared';
import { errorSentence } from '../errors.ts';
import { trpc } from '../trpc.ts';
import { withoutRow, withRow } from './rows.ts';

type State = 'loading' | 'ready' | 'failed';

/** Recordings as a list shows them: loaded, kept up to date, or not to be had. */
class RecordingRows {
  readonly #query: ListInput;
  #rows = $state.raw<readonly Recording[]>([]);
  #state = $state<State>('loading');
  #error = $state('');
  #asked = 0;
  /** Deleted ones: an answer that was under way does not bring them back. */
  #gone: readonly string[] = [];
  #asking: readonly string[] = [];

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
    if (this.#state === 'failed') this.#state = 'loading';
    try {
      const { recordings } = await trpc.recordings.list.query(this.#query);
      if (asked !== this.#asked) return;
      this.#rows = recordings.filter(({ name }) => !this.#gone.includes(name));
      this.#state = 'ready';
    } catch (error) {
      // A list that is shown is better than none, even if it is some seconds old.
      if (asked !== this.#asked || this.#state === 'ready') return;
      this.#error = errorSentence(error);
      this.#state = 'failed';
    }
  };

  /** Takes in a recording that became ready, of which several messages may tell. */
  async add(name: string) {
    if (this.#asking.includes(name) || this.#rows.some((row) => row.name === name)) return;
    this.#asking = [...this.#asking, name];
    try {
      const recording = await trpc.recordings.get.query({ name });
      if (!this.#gone.includes(name)) this.#rows = withRow(this.#rows, recording);
    } catch {
      // It may be deleted by now; if not, the whole list knows.
      await this.load();
    } finally {
      this.#asking = this.#asking.filter((other) => other !== name);
    }
  }

  remove(name: string) {
    this.#gone = [...this.#gone, name];
    this.#rows = withoutRow(this.#rows, name);
  }
}

export type { RecordingRows };

/** A list of the recordings that the query asks for; {@link RecordingRows.load} fills it. */
export function createRecordingRows(query: ListInput): RecordingRows {
  return new RecordingRows(query);
}
