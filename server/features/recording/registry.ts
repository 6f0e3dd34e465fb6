import type { AskingMode, RoomStatus } from '@reelroom/shared';
import { monotonicTime } from '../../lib/clock.ts';
import type { RoomStatusWriter } from '../rooms/status.ts';
import type { RecordingState } from '../../adapters/livekit/egress-info.ts';

/** A live recording, and what this process measures of it. */
interface Tracked {
  recording: RecordingState;
  /** When this process first knew it, by the monotonic clock. */
  since: number;
  /** When its media began, by the monotonic clock; absent until then. */
  begunAt?: number;
  /** Whether its media had begun before that, at an unknown time. */
  isTakenOver: boolean;
  /** Whether webhooks about it arrive. */
  hasWebhooks: boolean;
  /** When it ends, in ms since 1970, unless the last participant wants it to go on. */
  aloneUntil?: number;
}

/**
 * The live recordings that this process knows, by egress id, and their rooms' status. Holds nothing that
 * LiveKit does not know, and measures by the monotonic clock: other machines' clocks may be off.
 */
export function createRegistry({
  roomStatus,
  crashSafe,
  consent,
  maxMs,
}: {
  roomStatus: Pick<RoomStatusWriter, 'publish'>;
  /** Whether recordings are also stored in segments, and can be watched while they are made. */
  crashSafe: boolean;
  /** How participants are asked whether they are in a recording; absent where they are told. */
  consent: AskingMode | undefined;
  /** The longest a recording may be, in ms; no limit when absent. */
  maxMs: number | undefined;
}) {
  const tracked = new Map<string, Tracked>();

  const roomStatusOf = (recording: RecordingState): RoomStatus => {
    const { id, name, status, endedBy, error, layout, quality, audioOnly, recordingSince } = recording;
    const aloneUntil = status === 'recording' ? tracked.get(id)?.aloneUntil : undefined;
    // Before the end it is only a request.
    const hasEnded = status !== 'starting' && status !== 'recording';
    return {
      ...{ id, name, status, layout, quality, audioOnly, error, aloneUntil },
      ...(crashSafe && { watchable: status === 'recording' }),
      ...(hasEnded ? { endedBy } : consent && { consent }),
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

    /** Stores a recording's current state. */
    track(recording: RecordingState): void {
      const hasBegun = recording.status === 'recording';
      const before = tracked.get(recording.id);
      const now = before ?? { since: monotonicTime(), isTakenOver: hasBegun, hasWebhooks: false };
      tracked.set(recording.id, {
        ...{ ...now, recording },
        ...(hasBegun && before?.begunAt === undefined && { begunAt: monotonicTime() }),
      });
    },

    /** Publishes a recording's current state as its room's status. */
    show,

    forget: (id: string): boolean => tracked.delete(id),

    /** How long this process has known a recording, in ms. */
    knownFor: (id: string): number => monotonicTime() - (tracked.get(id)?.since ?? monotonicTime()),

    /** A recording's length so far, in ms, as far as this process knows. */
    lengthOf: (id: string): number => monotonicTime() - (tracked.get(id)?.begunAt ?? monotonicTime()),

    /** Sets the length that a recording had when this process first knew it, in ms. */
    setLength(id: string, ms: number): void {
      const found = tracked.get(id);
      if (found) tracked.set(id, { ...found, begunAt: found.since - ms, isTakenOver: false });
    },

    /** Whether a recording had begun at an unknown time before this process knew it. */
    isTakenOver: (id: string): boolean => tracked.get(id)?.isTakenOver ?? false,

    /**
     * Asks in its room whether a recording should go on, until `aloneUntil` (ms since 1970); withdraws the
     * question when absent.
     */
    askUntil(id: string, aloneUntil: number | undefined): void {
      const found = tracked.get(id);
      if (!found) return;
      const { aloneUntil: _before, ...rest } = found;
      tracked.set(id, { ...rest, ...(aloneUntil !== undefined && { aloneUntil }) });
      void show(found.recording);
    },

    /** Whether this process is asking in a recording's room. */
    hasAsked: (id: string): boolean => tracked.get(id)?.aloneUntil !== undefined,

    /** Notes that a webhook about a recording arrived. */
    markWebhook(id: string): void {
      const found = tracked.get(id);
      if (found) found.hasWebhooks = true;
    },

    /** Whether webhooks about a recording arrive. */
    hasWebhooks: (id: string): boolean => tracked.get(id)?.hasWebhooks ?? false,
  };
}

export type Registry = ReturnType<typeof createRegistry>;
