import type { Recording, RecordingFilter } from '@reelroom/shared';

/** A text by which others are found, whatever their case and accents. */
export const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** A filter as it is asked: an empty one of a room counts as none. */
export interface Wanted {
  roomName: string | undefined;
  /** Ms since 1970: from then on, and before then. */
  from: number;
  to: number;
  /** Whether a finished recording, or one under way, is one of those that are wanted. */
  matches: (recording: Recording) => boolean;
  /** Whether nothing but the room's name and the time decides, so that keys in a row are all wanted. */
  isByPlace: boolean;
}

/** What a filter asks for. */
export function wantedBy({ roomName, roomId, status, from, to, search }: RecordingFilter): Wanted {
  const since = from === undefined ? -Infinity : Date.parse(from);
  const until = to === undefined ? Infinity : Date.parse(to);
  const text = search === undefined ? undefined : fold(search);
  return {
    roomName: roomName || undefined,
    from: since,
    to: until,
    isByPlace: !roomId && status === undefined && text === undefined,
    matches: (recording) =>
      recording.startedAt >= since &&
      recording.startedAt < until &&
      (!roomName || recording.roomName === roomName) &&
      (!roomId || recording.roomId === roomId) &&
      (status === undefined || recording.status === status) &&
      (text === undefined || fold(`${recording.title ?? ''}\n${recording.roomName}`).includes(text)),
  };
}
