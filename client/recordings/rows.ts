import {
  isFinal,
  statusOrder,
  type Recording,
  type RecordingChange,
  type RecordingPage,
  type Reset,
} from '@reelroom/shared';

type Rows = readonly Recording[];

/** Recordings as a list has them. */
export interface Listed {
  /** Recordings in progress, newest first. */
  live: Rows;
  /** Recordings that have ended, those that are loaded, in the list's order. */
  ended: Rows;
  /** Where the next page begins; none when all are loaded. */
  nextCursor: string | undefined;
}

/** Which recordings a list has, and in what order. */
export interface ListRules {
  matches: (recording: Recording) => boolean;
  order: 'newest' | 'oldest';
}

/** A change to one recording, or to a room. */
export type RowChange = Exclude<RecordingChange, Reset>;

/** An empty list. */
export const nothingListed: Listed = { live: [], ended: [], nextCursor: undefined };

const newestFirst = (a: Recording, b: Recording) => b.startedAt - a.startedAt || a.name.localeCompare(b.name);

const comparing = (order: ListRules['order']) =>
  order === 'newest' ? newestFirst : (a: Recording, b: Recording) => newestFirst(b, a);

const without = (rows: Rows, name: string): Rows =>
  rows.some((row) => row.name === name) ? rows.filter((row) => row.name !== name) : rows;

function withRow(rows: Rows, recording: Recording, order: ListRules['order']): Rows {
  const known = rows.findIndex((row) => row.name === recording.name);
  if (known >= 0) return rows.with(known, recording);
  const compare = comparing(order);
  const place = rows.findIndex((row) => compare(row, recording) > 0);
  return rows.toSpliced(place < 0 ? rows.length : place, 0, recording);
}

/** Whether a recording's place is after the loaded pages: then it comes with its own page. */
function isBeyond({ ended, nextCursor }: Listed, recording: Recording, { order }: ListRules): boolean {
  const last = ended.at(-1);
  return nextCursor !== undefined && last !== undefined && comparing(order)(last, recording) < 0;
}

/** The list after a change. */
export function withChange(listed: Listed, change: RowChange, rules: ListRules): Listed {
  if (change.type === 'room-status') return withStatus(listed, change.state.recording);
  const { type, recording } = change;
  const { name } = recording;
  if (type === 'recording-deleted' || type === 'recording-trashed' || !rules.matches(recording)) {
    return { ...listed, live: without(listed.live, name), ended: without(listed.ended, name) };
  }
  const hasEnded = listed.ended.some((row) => row.name === name);
  if (!isFinal(recording.status)) {
    // An ended recording does not become live again: this event is older.
    return hasEnded ? listed : { ...listed, live: withRow(listed.live, recording, 'newest') };
  }
  const live = without(listed.live, name);
  if (!hasEnded && isBeyond(listed, recording, rules)) return { ...listed, live };
  return { ...listed, live, ended: withRow(listed.ended, recording, rules.order) };
}

/** The list after a room's recording state changed. */
function withStatus(listed: Listed, told: Pick<Recording, 'name' | 'status' | 'error'> | undefined): Listed {
  const known = listed.live.find((row) => row.name === told?.name);
  if (!told || !known || statusOrder[told.status] <= statusOrder[known.status]) return listed;
  const { status, error } = told;
  const now = { ...known, status, ...(error !== undefined && { error }) };
  return { ...listed, live: withRow(listed.live, now, 'newest') };
}

/** The list with one more page. Recordings that a change has added are in it already. */
export function withPage(listed: Listed, { live, recordings, nextCursor }: RecordingPage): Listed {
  const there = new Set(listed.ended.map((row) => row.name));
  const ended = [...listed.ended, ...recordings.filter((row) => !there.has(row.name))];
  const over = new Set(ended.map((row) => row.name));
  return {
    // A page may show an end before its event comes: nothing is listed twice.
    live: (listed.live.length > 0 ? listed.live : live).filter((row) => !over.has(row.name)),
    ended,
    nextCursor,
  };
}
