import type { RecordingChange } from '@reelroom/shared';
import { tracked, type TrackedEnvelope } from '@trpc/server';
import type { Events } from '../events/events.ts';

/**
 * What an open library is told: `reset` first (load the list), then each change, until
 * `signal` is aborted. The ids resume it, over reconnects and in whichever process.
 * @param after the last id that was seen
 */
export async function* recordingChanges({
  events,
  after,
  signal,
}: {
  events: Events;
  after: string | null | undefined;
  signal: AbortSignal;
}): AsyncGenerator<TrackedEnvelope<RecordingChange>, void> {
  for await (const { id, event } of events.subscribe({ after, signal })) yield tracked(id, event);
}
