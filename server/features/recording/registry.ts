import type { RoomStatus } from '@reelroom/shared';
import { monotonicTime } from '../../lib/clock.ts';
import type { RoomStatusWriter } from '../rooms/status.ts';
import type { RecordingState } from '../../adapters/livekit/egress-info.ts';

/** A recording under way, and what this process knows of it by its own clock. */
interface Tracked {
  recording: RecordingState;
  /** When it was first heard of, by the monotonic clock. */
  since: number;
  /** When its media began, by the monotonic clock; absent until then. */
  begunAt?: number;
  /** Whether its media had begun before, nobody here knows when. */
  isTakenOver: boolean;
  /** Whether webhooks tell this process of it. */
  hasWebhooks: boolean;
  /** When it ends, in ms since 1970, unless whoever is alone in its room wants it to go on. */
  aloneUntil?: number;
}

/**
 * The recordings under way that this process has heard of, by egress id, and what their
 * rooms are shown. It holds nothing that LiveKit does not know, and measures by this
 * process's own clock: those of others, and the recorders', may be off.
 */
export function createRegistry({
  roomStatus,
  crashSafe,
  maxMs,
}: {
  roomStatus: Pick<RoomStatusWriter, 'publish'>;
  /** Whether recordings are also stored in segments, and can be watched while they are made. */
  crashSafe: boolean;
  /** The longest a recording may be, in ms; no limit when absent. */
  maxMs: number | undefined;
}) {
  const tracked = new Map<string, Tracked>();

  const roomStatusOf = (recording: RecordingState): RoomStatus => {
    const { id, name, status, endedBy, error, layout, quality, audioOnly, recordingSince } = recording;
    const aloneUntil = status === 'recording' ? tracked.get(id)?.aloneUntil : undefined;
    // Before it ends, that is only what somebody wants.
    const hasEnded = status !== 'starting' && status !== 'recording';
    return {
      ...{ id, name, status, layout, quality, audioOnly, error, aloneUntil },
      ...(crashSafe && { watchable: status === 'recording' }),
      ...(hasEnded && { endedBy }),
      ...(recordingSince !== undefined && {
        recordingSince,
        ...(maxMs !== undefined && { endsAt: recordingSince + maxMs }),
      }),
    };
  };

  const show = (recording: RecordingState): Promise<void> =>
    roomStatus.publish(recording.roomName, roomStatusOf(recording));

  const all = (): RecordingState[] => [...tracked.values()].map(({ recording }) => recording);

  return {
    get: (id: string): RecordingState | undefined => tracked.get(id)?.recording,
    all,

    /** Whether a recording of this name is under way. */
    isLive: (name: string): boolean => all().some((recording) => recording.name === name),

    /** Keeps a recording as it now is. */
    track(recording: RecordingState): void {
      const hasBegun = recording.status === 'recording';
      const before = tracked.get(recording.id);
      const now = before ?? { since: monotonicTime(), isTakenOver: hasBegun, hasWebhooks: false };
      tracked.set(recording.id, {
        ...{ ...now, recording },
        ...(hasBegun && before?.begunAt === undefined && { begunAt: monotonicTime() }),
      });
    },

    /** Tells its room of a recording as it now is. */
    show,

    forget: (id: string): boolean => tracked.delete(id),

    /** How long a recording has been known here, in ms. */
    knownFor: (id: string): number => monotonicTime() - (tracked.get(id)?.since ?? monotonicTime()),

    /** How long a recording is, in ms, as far as this process knows. */
    lengthOf: (id: string): number => monotonicTime() - (tracked.get(id)?.begunAt ?? monotonicTime()),

    /** A recording had been going on for so long, in ms, when it was first heard of. */
    setLength(id: string, ms: number): void {
      const found = tracked.get(id);
      if (found) tracked.set(id, { ...found, begunAt: found.since - ms, isTakenOver: false });
    },

    /** Whether a recording had begun before it was first heard of, and it is not known when. */
    isTakenOver: (id: string): boolean => tracked.get(id)?.isTakenOver ?? false,

    /** Has its room asked whether a recording is to go on until then, in ms since 1970; not any more when absent. */
    askUntil(id: string, aloneUntil: number | undefined): void {
      const found = tracked.get(id);
      if (!found) return;
      const { aloneUntil: _before, ...rest } = found;
      tracked.set(id, { ...rest, ...(aloneUntil !== undefined && { aloneUntil }) });
      void show(found.recording);
    },

    /** Whether this process has had the room of a recording asked. */
    hasAsked: (id: string): boolean => tracked.get(id)?.aloneUntil !== undefined,

    /** A webhook has told of a recording. */
    markWebhook(id: string): void {
      const found = tracked.get(id);
      if (found) found.hasWebhooks = true;
    },

    /** Whether webhooks tell this process of a recording. */
    hasWebhooks: (id: string): boolean => tracked.get(id)?.hasWebhooks ?? false,
  };
}

export type Registry = ReturnType<typeof createRegistry>;
