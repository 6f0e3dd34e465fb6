import type { RecordingFilter } from './library.ts';
import type { Recording } from './recording.ts';

/** A text by which others are found, whatever their case and accents. */
export const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** What recordings are found by, folded once for each. */
const folded = new WeakMap<Recording, string>();

function foldedText(recording: Recording): string {
  const known = folded.get(recording);
  if (known !== undefined) return known;
  const text = fold(`${recording.title ?? ''}\n${recording.roomName}`);
  folded.set(recording, text);
  return text;
}

/** Whether a recording, finished or under way, is one of those that a filter asks for. */
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
