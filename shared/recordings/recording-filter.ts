import type { RecordingFilter } from './library.ts';
import type { Recording } from './recording.ts';

/** Folds case and accents of a text, for searching. */
export const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** The folded text of each recording, cached. */
const folded = new WeakMap<Recording, string>();

function foldedText(recording: Recording): string {
  const known = folded.get(recording);
  if (known !== undefined) return known;
  const text = fold(`${recording.title ?? ''}\n${recording.roomName}`);
  folded.set(recording, text);
  return text;
}

/** Compiles a filter to a predicate of recordings, ended or live. */
export function matcherOf({
  roomName,
  roomId,
  status,
  from,
  to,
  search,
}: RecordingFilter): (recording: Recording) => boolean {
  const since = from === undefined ? -Infinity : Date.parse(from);
  const until = to === undefined ? Infinity : Date.parse(to);
  const text = search === undefined ? undefined : fold(search);
  return (recording) =>
    recording.startedAt >= since &&
    recording.startedAt < until &&
    (!roomName || recording.roomName === roomName) &&
    (!roomId || recording.roomId === roomId) &&
    (status === undefined || recording.status === status) &&
    (text === undefined || foldedText(recording).includes(text));
}
