import { matcherOf, type ListInput, type RecordingChange, type RecordingPage } from '@reelroom/shared';
import { untrack } from 'svelte';
import { errorSentence } from '../app/error-message.ts';
import { signInFirst } from '../app/sign-in-first.ts';
import { trpc } from '../app/trpc.ts';
import { nothingListed, withChange, withPage, type Listed, type ListRules, type RowChange } from './rows.ts';

/** `loading` before the first page is there, `more` while the next one is loading. */
type State = 'loading' | 'ready' | 'more' | 'failed';

const pageSize = 50;
/** For loading again what was loaded before. */
const largestPage = 200;
/** How many empty pages are loaded before the list waits for the user. */
const emptyPages = 10;

/** The recordings of a list: loaded page by page, kept up to date, or unavailable. */
class RecordingRows {
  #query: ListInput;
  #rules: ListRules;
  #listed = $state.raw<Listed>(nothingListed);
  #state = $state<State>('loading');
  #error = $state('');
  #indexing = $state(false);
  #paused = $state(false);
  #changes = $state(0);
  #requestId = 0;
  /** Changes that came during a request, whose answer may be older; undefined while there is none. */
  #pendingChanges: RowChange[] | undefined;
  /** Changes were missed during a request: the list is loaded again after it. */
  #reloadQueued = false;
  /** The last event that was received; the next subscription continues after it. */
  #lastEventId: string | undefined;

  constructor(query: ListInput) {
    this.#query = query;
    this.#rules = rulesOf(query);
  }

  /** Recordings in progress. */
  get live() {
    return this.#listed.live;
  }
  /** Recordings that have ended, those that are loaded. */
  get ended() {
    return this.#listed.ended;
  }
  get state() {
    return this.#state;
  }
  /** Why the list, or its next page, is unavailable, as the page says it. */
  get error() {
    return this.#error;
  }
  /** The server's index is being built: there may be recordings that are not listed yet. */
  get indexing() {
    return this.#indexing;
  }
  get hasMore() {
    return this.#listed.nextCursor !== undefined;
  }
  /** Many pages had no match: the list continues when the user asks for it. */
  get paused() {
    return this.#paused;
  }

  /** Counts the changes to any recording, for what else depends on them. */
  get changes() {
    return this.#changes;
  }

  /** Shows other recordings; the current ones stay until those are loaded. */
  show(query: ListInput) {
    this.#query = query;
    this.#rules = rulesOf(query);
    this.#state = 'loading';
    void this.#load(1);
  }

  /** Loads as many recordings again as are shown; those stay until then. */
  load = () => this.#load(this.#state === 'loading' ? 1 : Math.max(1, this.ended.length));

  /** Loads the next page, unless a request is in flight. */
  more = async () => {
    if (this.#state !== 'ready' || !this.hasMore || this.#pendingChanges) return;
    this.#state = 'more';
    await this.#ask(async (isCurrent) => {
      for (let pages = 0; pages < emptyPages; pages += 1) {
        const page = await this.#page(pageSize, this.#listed.nextCursor);
        // Read after the answer: the list may have changed since the request.
        const listed = withPage(this.#listed, page);
        if (page.recordings.length > 0 || page.nextCursor === undefined || !isCurrent()) {
          return { listed, paused: false };
        }
        this.#listed = listed;
      }
      return { listed: this.#listed, paused: true };
    });
  };

  /** The user is near the end of the list: loads the next page, unless the list waits for the user. */
  reachEnd = () => {
    if (!this.#paused && !this.#error) void this.more();
  };

  /** Loads the list and keeps it up to date, until what it returns is called. */
  follow = () =>
    untrack(() => {
      // Not left to the first event: the list also loads where subscriptions do not get through.
      if (this.#state === 'loading') void this.load();
      const subscription = trpc.recordings.changes.subscribe(
        { lastEventId: this.#lastEventId },
        {
          onData: ({ id, data }) => {
            this.#lastEventId = id;
            this.#onChange(data);
          },
        },
      );
      return () => subscription.unsubscribe();
    });

  /** Applies a change. The server sends the client's own changes, too, which does no harm. */
  apply(change: RowChange) {
    this.#changes += 1;
    this.#pendingChanges?.push(change);
    this.#listed = withChange(this.#listed, change, this.#rules);
  }

  #onChange(change: RecordingChange) {
    if (change.type !== 'reset') return this.apply(change);
    this.#changes += 1;
    if (this.#pendingChanges) this.#reloadQueued = true;
    else void this.load();
  }

  #page(limit: number, cursor: string | undefined): Promise<RecordingPage> {
    return trpc.recordings.list.query({ ...this.#query, limit, cursor });
  }

  /** Loads from the beginning, until there are `wanted` or all. */
  async #load(wanted: number) {
    if (this.#state === 'failed') this.#state = 'loading';
    await this.#ask(async (isCurrent) => {
      let listed = nothingListed;
      let indexing = false;
      let empty = 0;
      do {
        const limit = wanted > pageSize ? largestPage : pageSize;
        const page = await this.#page(limit, listed.nextCursor);
        listed = withPage(listed, page);
        indexing ||= page.indexing ?? false;
        empty = page.recordings.length > 0 ? 0 : empty + 1;
      } while (
        isCurrent() &&
        listed.ended.length < wanted &&
        listed.nextCursor !== undefined &&
        empty < emptyPages
      );
      return { listed, paused: empty === emptyPages, indexing };
    });
  }

  /** Shows what `answer` returns, unless a later request replaced it. */
  async #ask(
    answer: (isCurrent: () => boolean) => Promise<{ listed: Listed; paused: boolean; indexing?: boolean }>,
  ) {
    this.#reloadQueued = false;
    const requestId = ++this.#requestId;
    const isCurrent = () => requestId === this.#requestId;
    const pending: RowChange[] = (this.#pendingChanges = []);
    this.#error = '';
    try {
      const { listed, paused, indexing } = await answer(isCurrent);
      if (!isCurrent()) return;
      this.#listed = pending.reduce((now, change) => withChange(now, change, this.#rules), listed);
      this.#paused = paused;
      this.#indexing = indexing ?? this.#indexing;
      this.#state = 'ready';
    } catch (error) {
      if (!isCurrent()) return;
      signInFirst(error);
      // A list that is shown is better than none, even if it is some seconds old.
      if (this.#state === 'ready') return;
      this.#error = errorSentence(error);
      this.#state = this.#state === 'more' ? 'ready' : 'failed';
    } finally {
      if (isCurrent()) {
        this.#pendingChanges = undefined;
        if (this.#reloadQueued) void this.load();
      }
    }
  }
}

const rulesOf = (query: ListInput): ListRules => ({
  matches: matcherOf(query),
  order: query.order ?? 'newest',
});

export type { RecordingRows };

/** A list of the recordings that the query asks for; {@link RecordingRows.follow} fills it. */
export function createRecordingRows(query: ListInput): RecordingRows {
  return new RecordingRows(query);
}
