import { matcherOf, type ListInput, type RecordingChange, type RecordingPage } from '@reelroom/shared';
import { untrack } from 'svelte';
import { errorSentence } from '../app/error-message.ts';
import { trpc } from '../app/trpc.ts';
import { nothingListed, withChange, withPage, type Listed, type ListRules, type RowChange } from './rows.ts';

/** `loading` before anything of the query is there, `more` while the next page is on its way. */
type State = 'loading' | 'ready' | 'more' | 'failed';

const pageSize = 50;
/** For what was loaded before and is loaded anew. */
const largestPage = 200;
/** How many pages without one recording are asked for before somebody says to go on. */
const emptyPages = 10;

/** Recordings as a list shows them: loaded page by page, kept up to date, or not to be had. */
class RecordingRows {
  #query: ListInput;
  #rules: ListRules;
  #listed = $state.raw<Listed>(nothingListed);
  #state = $state<State>('loading');
  #error = $state('');
  #indexing = $state(false);
  #paused = $state(false);
  #changes = $state(0);
  #asked = 0;
  /** What happens while an answer is under way, which may not know of it. */
  #meanwhile: RowChange[] | undefined;
  /** What is asked now may not know of what was missed: it is asked again behind it. */
  #again = false;
  /** The last change that was heard of, behind which the next subscription goes on. */
  #lastEventId: string | undefined;

  constructor(query: ListInput) {
    this.#query = query;
    this.#rules = rulesOf(query);
  }

  /** Those under way. */
  get live() {
    return this.#listed.live;
  }
  /** Those that have ended, as far as they are loaded. */
  get ended() {
    return this.#listed.ended;
  }
  get state() {
    return this.#state;
  }
  /** Why the list, or its next page, is not to be had; a sentence for people. */
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
  /** Much was searched and nothing more found: it goes on when somebody says so. */
  get paused() {
    return this.#paused;
  }

  /** How often something happened to recordings, whichever: other things to show may depend on it. */
  get changes() {
    return this.#changes;
  }

  /** Has the list show other recordings; what is shown stays until they are there. */
  show(query: ListInput) {
    this.#query = query;
    this.#rules = rulesOf(query);
    this.#state = 'loading';
    void this.#load(1);
  }

  /** Asks anew, for as many as are shown; they stay until the answer is there. */
  load = () => this.#load(this.#state === 'loading' ? 1 : Math.max(1, this.ended.length));

  /** Asks for what comes next, unless something is under way. */
  more = async () => {
    if (this.#state !== 'ready' || !this.hasMore || this.#meanwhile) return;
    this.#state = 'more';
    await this.#ask(async (isAskedFor) => {
      for (let pages = 0; pages < emptyPages; pages += 1) {
        const page = await this.#page(pageSize, this.#listed.nextCursor);
        // Not from before the answer: of what is shown some may have changed since.
        const listed = withPage(this.#listed, page);
        if (page.recordings.length > 0 || page.nextCursor === undefined || !isAskedFor()) {
          return { listed, paused: false };
        }
        this.#listed = listed;
      }
      return { listed: this.#listed, paused: true };
    });
  };

  /** The end of what is loaded is near: goes on, unless somebody has to say so. */
  reachEnd = () => {
    if (!this.#paused && !this.#error) void this.more();
  };

  /** Loads the list and keeps it up to date, until what it returns is called. */
  follow = () =>
    untrack(() => {
      // Not left to the first change, so that the list is there also where subscriptions do not get through.
      if (this.#state === 'loading') void this.load();
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
    this.#changes += 1;
    this.#meanwhile?.push(change);
    this.#listed = withChange(this.#listed, change, this.#rules);
  }

  #hear(change: RecordingChange) {
    if (change.type !== 'reset') return this.apply(change);
    this.#changes += 1;
    if (this.#meanwhile) this.#again = true;
    else void this.load();
  }

  #page(limit: number, cursor: string | undefined): Promise<RecordingPage> {
    return trpc.recordings.list.query({ ...this.#query, limit, cursor });
  }

  /** Loads from the beginning, until there are `wanted` or all. */
  async #load(wanted: number) {
    if (this.#state === 'failed') this.#state = 'loading';
    await this.#ask(async (isAskedFor) => {
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
        isAskedFor() &&
        listed.ended.length < wanted &&
        listed.nextCursor !== undefined &&
        empty < emptyPages
      );
      return { listed, paused: empty === emptyPages, indexing };
    });
  }

  /** Shows what `answer` gives, unless something else was asked for meanwhile. */
  async #ask(
    answer: (isAskedFor: () => boolean) => Promise<{ listed: Listed; paused: boolean; indexing?: boolean }>,
  ) {
    this.#again = false;
    const asked = ++this.#asked;
    const isAskedFor = () => asked === this.#asked;
    const meanwhile: RowChange[] = (this.#meanwhile = []);
    this.#error = '';
    try {
      const { listed, paused, indexing } = await answer(isAskedFor);
      if (!isAskedFor()) return;
      this.#listed = meanwhile.reduce((now, change) => withChange(now, change, this.#rules), listed);
      this.#paused = paused;
      this.#indexing = indexing ?? this.#indexing;
      this.#state = 'ready';
    } catch (error) {
      if (!isAskedFor()) return;
      // A list that is shown is better than none, even if it is some seconds old.
      if (this.#state === 'ready') return;
      this.#error = errorSentence(error);
      this.#state = this.#state === 'more' ? 'ready' : 'failed';
    } finally {
      if (isAskedFor()) {
        this.#meanwhile = undefined;
        if (this.#again) void this.load();
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
