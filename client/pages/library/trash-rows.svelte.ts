import type { Recording, RecordingChange } from '@reelroom/shared';
import { untrack } from 'svelte';
import { errorSentence } from '../../app/error-message.ts';
import { trpc } from '../../app/trpc.ts';

const pageSize = 100;

const newestFirst = (a: Recording, b: Recording) => b.startedAt - a.startedAt || a.name.localeCompare(b.name);

/** The recordings in the trash: loaded page by page, kept up to date, or unavailable. */
class TrashRows {
  #rows = $state.raw<readonly Recording[]>([]);
  #state = $state<'loading' | 'ready' | 'failed'>('loading');
  #error = $state('');
  #cursor = $state<string>();
  #requestId = 0;
  #isLoadingMore = false;

  /** Those that are loaded, newest first. */
  get rows() {
    return this.#rows;
  }
  get state() {
    return this.#state;
  }
  /** Why the list is unavailable, as the page says it. */
  get error() {
    return this.#error;
  }
  get hasMore() {
    return this.#cursor !== undefined;
  }

  /** Loads the first page. */
  load = async () => {
    const requestId = ++this.#requestId;
    try {
      const { recordings, nextCursor } = await trpc.recordings.trash.query({ limit: pageSize });
      if (requestId !== this.#requestId) return;
      this.#rows = recordings;
      this.#cursor = nextCursor;
      this.#state = 'ready';
    } catch (error) {
      if (requestId !== this.#requestId || this.#state === 'ready') return;
      this.#error = errorSentence(error);
      this.#state = 'failed';
    }
  };

  /** Loads the next page, unless a request is in flight. */
  more = async () => {
    const cursor = this.#cursor;
    if (cursor === undefined || this.#isLoadingMore) return;
    this.#isLoadingMore = true;
    const requestId = this.#requestId;
    try {
      const page = await trpc.recordings.trash.query({ limit: pageSize, cursor });
      if (requestId !== this.#requestId) return;
      const known = new Set(this.#rows.map(({ name }) => name));
      this.#rows = [...this.#rows, ...page.recordings.filter(({ name }) => !known.has(name))];
      this.#cursor = page.nextCursor;
    } catch {
      // The end of the list asks again when the user scrolls.
    } finally {
      this.#isLoadingMore = false;
    }
  };

  /** Removes recordings that were restored or deleted. */
  remove = (recordings: readonly Recording[]) => {
    const names = new Set(recordings.map(({ name }) => name));
    this.#rows = this.#rows.filter(({ name }) => !names.has(name));
  };

  /** Loads the list and keeps it up to date, until what it returns is called. */
  follow = () =>
    untrack(() => {
      void this.load();
      const subscription = trpc.recordings.changes.subscribe(
        {},
        { onData: ({ data }) => this.#onChange(data) },
      );
      return () => subscription.unsubscribe();
    });

  #onChange(change: RecordingChange) {
    if (change.type === 'reset') void this.load();
    else if (change.type === 'recording-trashed') {
      this.remove([change.recording]);
      this.#rows = [...this.#rows, change.recording].sort(newestFirst);
    } else if (change.type === 'recording-restored' || change.type === 'recording-deleted')
      this.remove([change.recording]);
  }
}

/** The list of the trash; {@link TrashRows.follow} fills it. */
export const createTrashRows = () => new TrashRows();
