import { matcherOf, type Recording, type RecordingFilter } from '@reelroom/shared';

/** A parsed filter; an empty room name counts as none. */
export interface CompiledFilter {
  roomName: string | undefined;
  /** Ms since 1970, inclusive and exclusive. */
  from: number;
  to: number;
  /** Whether a recording, ended or live, matches. */
  matches: (recording: Recording) => boolean;
  /** Whether only room name and time decide, so that the matching keys are contiguous. */
  isKeyRange: boolean;
}

/**
 * Parses a filter.
 * @param visible the rooms whose recordings may be listed
 */
export function compileFilter(
  filter: RecordingFilter,
  visible: 'all' | ReadonlySet<string> = 'all',
): CompiledFilter {
  const matches = matcherOf(filter);
  const isVisible = (name: string) => visible === 'all' || visible.has(name);
  const { roomName, roomId, status, from, to, search } = filter;
  return {
    roomName: roomName || undefined,
    from: from === undefined ? -Infinity : Date.parse(from),
    to: to === undefined ? Infinity : Date.parse(to),
    isKeyRange:
      !roomId &&
      status === undefined &&
      search === undefined &&
      (visible === 'all' || (roomName ? isVisible(roomName) : false)),
    matches: (recording) => isVisible(recording.roomName) && matches(recording),
  };
}
