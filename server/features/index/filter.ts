import { matcherOf, type Recording, type RecordingFilter } from '@reelroom/shared';

/** A filter as it is asked: an empty one of a room counts as none. */
export interface CompiledFilter {
  roomName: string | undefined;
  /** Ms since 1970: from then on, and before then. */
  from: number;
  to: number;
  /** Whether a finished recording, or one under way, is one of those that are wanted. */
  matches: (recording: Recording) => boolean;
  /** Whether nothing but the room's name and the time decides, so that keys in a row are all wanted. */
  isKeyRange: boolean;
}

/** What a filter asks for. */
export function compileFilter(filter: RecordingFilter): CompiledFilter {
  const { roomName, roomId, status, from, to, search } = filter;
  return {
    roomName: roomName || undefined,
    from: from === undefined ? -Infinity : Date.parse(from),
    to: to === undefined ? Infinity : Date.parse(to),
    isKeyRange: !roomId && status === undefined && search === undefined,
    matches: matcherOf(filter),
  };
}
