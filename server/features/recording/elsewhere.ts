import { parseRecordingName, type Recording, type RoomState } from '@reelroom/shared';
import { monotonicTime } from '../../lib/clock.ts';
import type { Events } from '../events/events.ts';

/** How long a recording counts as being saved without further news, in ms. */
const patienceMs = 10 * 60_000;

/** The recording that a room's status shows as stopping; undefined where there is none. */
function savingIn({ recording }: RoomState): Recording | undefined {
  const said = recording && parseRecordingName(recording.name);
  if (!said || recording.status !== 'stopping') return undefined;
  const { id, name, status, endedBy, error } = recording;
  return {
    ...{ id, name, ...said, size: 0, status },
    ...(endedBy !== undefined && { endedBy }),
    ...(error !== undefined && { error }),
  };
}

/**
 * Recordings that other app processes are finalising, which LiveKit no longer reports and the index does not
 * have yet: taken from room statuses.
 */
export function createElsewhere({ events }: { events: Pick<Events, 'listen'> }) {
  /** By name, and until when, by the monotonic clock. */
  const saving = new Map<string, { recording: Recording; until: number }>();

  const stop = events.listen((event) => {
    if (event.type === 'room-status') {
      const { recording } = event.state;
      const now = savingIn(event.state);
      if (now) saving.set(now.name, { recording: now, until: monotonicTime() + patienceMs });
      else if (recording) saving.delete(recording.name);
    } else if (event.type === 'reset') saving.clear();
    else if ('recording' in event && event.type !== 'recording-started') saving.delete(event.recording.name);
  });

  return {
    /** `live` and those recordings, newest first. No request. */
    addTo(live: Recording[]): Recording[] {
      for (const [name, { until }] of saving) if (until < monotonicTime()) saving.delete(name);
      const known = new Set(live.map(({ name }) => name));
      const others = [...saving.values()].map(({ recording }) => recording);
      return [...live, ...others.filter(({ name }) => !known.has(name))].sort(
        (one, other) => other.startedAt - one.startedAt,
      );
    },

    close: stop,
  };
}
