/** What the library is asked to show, as its page and its address have it; an empty text is "all". */
export interface LibraryFilter {
  /** A room's whole name. */
  room: string;
  /** Text in the title or the room's name. */
  search: string;
  /** `trash`: what was deleted, all of it. */
  status: '' | 'ready' | 'failed' | 'trash';
  /** Days of the reader's calendar, such as `2026-01-31`; both are within the period. */
  from: string;
  to: string;
  order: 'newest' | 'oldest';
}

/** The longest text that the server searches for. */
export const maxSearch = 100;

/** Everything, newest first. */
export const allRecordings: LibraryFilter = {
  room: '',
  search: '',
  status: '',
  from: '',
  to: '',
  order: 'newest',
};

/**
 * Whether a text is a day of the calendar, and there could be recordings of it: a year that is
 * being typed is the year 2, then 20, then 202.
 */
export function isDay(text: string): boolean {
  if (!/^(19[7-9]\d|2\d{3})-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

const dayOf = (text: string | null): string => (text !== null && isDay(text) ? text : '');

const oneOf = <Value extends string>(values: readonly Value[], text: string | null): Value | undefined =>
  values.find((value) => value === text);

/** The filter of an address; invalid parameters are ignored. */
export function parseFilter(search: string): LibraryFilter {
  const query = new URLSearchParams(search);
  return {
    room: query.get('room') ?? '',
    search: (query.get('q') ?? '').trim().slice(0, maxSearch),
    status: oneOf(['ready', 'failed', 'trash'], query.get('status')) ?? '',
    from: dayOf(query.get('from')),
    to: dayOf(query.get('to')),
    order: oneOf(['oldest'], query.get('order')) ?? 'newest',
  };
}

/** The query of an address that asks for this filter: `?room=…&q=…`, empty for everything. */
export function filterQuery({ room, search, status, from, to, order }: LibraryFilter): string {
  const asked = { room, q: search, status, from, to, order: order === 'newest' ? '' : order };
  const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== '')).toString();
  return query && `?${query}`;
}

/** Whether a filter leaves anything out. */
export const isFiltered = (filter: LibraryFilter): boolean =>
  filterQuery({ ...filter, order: allRecordings.order }) !== '';
