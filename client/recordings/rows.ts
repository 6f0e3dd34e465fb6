import type { Recording, RecordingChange, Reset } from '@reelroom/shared';

type Rows = readonly Recording[];

const newestFirst = (a: Recording, b: Recording) => b.startedAt - a.startedAt || a.name.localeCompare(b.name);

/** The rows with a recording put in its place, instead of what was known of it. */
export function withRow(rows: Rows, recording: Recording): Rows {
  return [...withoutRow(rows, recording.name), recording].sort(newestFirst);
}

/** The rows without the recording of that name. */
export function withoutRow(rows: Rows, name: string): Rows {
  return rows.filter((row) => row.name !== name);
}

/** What happened to one recording. */
export type RowChange = Exclude<RecordingChange, Reset>;

/** The rows after a change; one that is only being made has no row. */
export function withChange(rows: Rows, { type, recording }: RowChange): Rows {
  if (type === 'recording-started') return rows;
  return type === 'recording-deleted' ? withoutRow(rows, recording.name) : withRow(rows, recording);
}

/** The rooms that recordings were made in, by name. */
export function roomNames(rows: Rows): string[] {
  return [...new Set(rows.map((row) => row.roomName))].sort((a, b) => a.localeCompare(b));
}
