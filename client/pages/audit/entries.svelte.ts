import type { AuditEntry } from '@reelroom/shared';
import { errorSentence } from '../../app/error-message.ts';
import { signInFirst } from '../../app/sign-in-first.ts';
import { trpc } from '../../app/trpc.ts';
import { startOfDay } from '../../lib/start-of-day.ts';

/** What to list; empty texts are none. */
export interface AuditFilter {
  who: string;
  what: string;
  on: string;
  /** Days such as `2026-01-31`, in the reader's zone. */
  from: string;
  to: string;
}

export const everything: AuditFilter = { who: '', what: '', on: '', from: '', to: '' };

const pageSize = 50;
const largestPage = 500;

const inputOf = ({ who, what, on, from, to }: AuditFilter) => ({
  ...(who && { who }),
  ...(what && { what }),
  ...(on && { on }),
  ...(from && { from: startOfDay(from).getTime() }),
  ...(to && { to: startOfDay(to, 1).getTime() - 1 }),
});

/** Entries of the audit, page by page. */
class Entries {
  #filter = everything;
  #entries = $state.raw<readonly AuditEntry[]>();
  #nextCursor = $state.raw<string>();
  #problem = $state('');
  #isBusy = $state(false);
  #request = 0;

  /** Newest first; unknown until the first page is there. */
  get all() {
    return this.#entries;
  }
  get hasMore() {
    return this.#nextCursor !== undefined;
  }
  /** Why they could not be loaded, as the page says it. */
  get problem() {
    return this.#problem;
  }
  get isBusy() {
    return this.#isBusy;
  }

  /** Lists from the newest on; what is listed stays until the answer is there. */
  show(filter: AuditFilter): Promise<void> {
    this.#filter = filter;
    return this.#load([], undefined);
  }

  /** Lists the next page. */
  more = (): Promise<void> => this.#load(this.#entries ?? [], this.#nextCursor);

  /** All entries that match the filter, with those of later pages. */
  async everything(): Promise<AuditEntry[]> {
    const found: AuditEntry[] = [];
    let cursor: string | undefined;
    do {
      const asked = { ...inputOf(this.#filter), limit: largestPage, cursor };
      const page = await trpc.audit.list.query(asked);
      found.push(...page.entries);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return found;
  }

  async #load(before: readonly AuditEntry[], cursor: string | undefined): Promise<void> {
    const request = ++this.#request;
    this.#isBusy = true;
    try {
      const page = await trpc.audit.list.query({ ...inputOf(this.#filter), limit: pageSize, cursor });
      if (request !== this.#request) return;
      this.#entries = [...before, ...page.entries];
      this.#nextCursor = page.nextCursor;
      this.#problem = '';
    } catch (error) {
      signInFirst(error, location.pathname);
      if (request === this.#request) this.#problem = errorSentence(error);
    }
    if (request === this.#request) this.#isBusy = false;
  }
}

/** Entries of the audit; {@link Entries.show} loads them. */
export const createEntries = () => new Entries();
