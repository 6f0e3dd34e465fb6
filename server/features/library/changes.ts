import type { RecordingChange, Reset } from '@reelroom/shared';
import { tracked, type TrackedEnvelope } from '@trpc/server';
import type { Events } from '../events/events.ts';

const roomNameOf = (event: Exclude<RecordingChange, Reset>) =>
  event.type === 'room-status' ? event.roomName : event.recording.roomName;

/**
 * The events for an open library: `reset` first (load the list), then each change, until `signal` is aborted.
 * The ids resume it after reconnects, in any process.
 * @param after the last id received
 */
export async function* recordingChanges({
  events,
  canSee,
  after,
  signal,
}: {
  events: Pick<Events, 'subscribe'>;
  /** Whether the subscriber may know of a room and its recordings, as of now. */
  canSee: (roomName: string) => Promise<boolean>;
  after: string | null | undefined;
  signal: AbortSignal;
}): AsyncGenerator<TrackedEnvelope<RecordingChange>, void> {
  for await (const { id, event } of events.subscribe({ after, signal })) {
    if (event.type === 'lobby') continue;
    if (event.type === 'reset' || (await canSee(roomNameOf(event)))) yield tracked(id, event);
  }
}
