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
  /** Those under way, newest first. */
  live: Rows;
  /** Those that have ended, in the list's order, as far as they are loaded. */
  ended: Rows;
  /** Where the next page begins; none when all are loaded. */
  nextCursor: string | undefined;
}

/** Which recordings a list has, and in what order. */
export interface ListRules {
  matches: (recording: Recording) => boolean;
  order: 'newest' | 'oldest';
}

/** What happened to one recording, or in a room. */
export type RowChange = Exclude<RecordingChange, Reset>;

/** A list of which nothing is loaded. */
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

/** Whether a recording's place is behind all that is loaded: then it comes with its page. */
function isBeyond({ ended, nextCursor }: Listed, recording: Recording, { order }: ListRules): boolean {
  const last = ended.at(-1);
  return nextCursor !== undefined && last !== undefined && comparing(order)(last, recording) < 0;
}

/** What is listed after a change. */
export function withChange(listed: Listed, change: RowChange, rules: ListRules): Listed {
  if (change.type === 'room-status') return withStatus(listed, change.state.recording);
  const { type, recording } = change;
  const { name } = recording;
  if (type === 'recording-deleted' || !rules.matches(recording)) {
    return { ...listed, live: without(listed.live, name), ended: without(listed.ended, name) };
  }
  const hasEnded = listed.ended.some((row) => row.name === name);
  if (!isFinal(recording.status)) {
    // What has ended is not under way again: this was said before.
    return hasEnded ? listed : { ...listed, live: withRow(listed.live, recording, 'newest') };
  }
  const live = without(listed.live, name);
  if (!hasEnded && isBeyond(listed, recording, rules)) return { ...listed, live };
  return { ...listed, live, ended: withRow(listed.ended, recording, rules.order) };
}

/** What is listed when a room is shown this of its recording. */
function withStatus(listed: Listed, told: Pick<Recording, 'name' | 'status' | 'error'> | undefined): Listed {
  const known = listed.live.find((row) => row.name === told?.name);
  if (!told || !known || statusOrder[told.status] <= statusOrder[known.status]) return listed;
  const { status, error } = told;
  const now = { ...known, status, ...(error !== undefined && { error }) };
  return { ...listed, live: withRow(listed.live, now, 'newest') };
}

/** What is listed with one more page behind it. Recordings of which a change brought news are there already. */
export function withPage(listed: Listed, { live, recordings, nextCursor }: RecordingPage): Listed {
  const there = new Set(listed.ended.map((row) => row.name));
  const ended = [...listed.ended, ...recordings.filter((row) => !there.has(row.name))];
  const over = new Set(ended.map((row) => row.name));
  return {
    // A page may know of an end before the event of it comes: nothing is listed twice.
    live: (listed.live.length > 0 ? listed.live : live).filter((row) => !over.has(row.name)),
    ended,
    nextCursor,
  };
}
