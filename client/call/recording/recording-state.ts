import { statusOrder, type RoomStatus, type SystemStatus } from '@reelroom/shared';

/**
 * The state of a room's recording, from what the room tells everyone and from
 * what one's own call was answered, whichever is further.
 */
export function latestStatus(
  room: RoomStatus | undefined,
  answered: RoomStatus | undefined,
): RoomStatus | undefined {
  if (!room || !answered) return room ?? answered;
  // Another recording than the room knows of: the room is about to hear of it.
  if (room.id !== answered.id) return answered;
  return statusOrder[answered.status] > statusOrder[room.status] ? answered : room;
}

/** What was clicked and not yet answered. */
export type Pending = 'start' | 'stop' | undefined;

/** The recording button. */
export interface RecordButtonView {
  label: 'Record' | 'Starting…' | 'Stop recording' | 'Stopping…';
  tone: 'idle' | 'busy' | 'live';
  /** What a click does; none while the button is disabled. */
  action: Pending;
}

const buttons = {
  idle: { label: 'Record', tone: 'idle', action: 'start' },
  starting: { label: 'Starting…', tone: 'busy', action: undefined },
  live: { label: 'Stop recording', tone: 'live', action: 'stop' },
  stopping: { label: 'Stopping…', tone: 'busy', action: undefined },
} as const satisfies Record<string, RecordButtonView>;

/** What is known of a room's recording. */
type Shown = Pick<RoomStatus, 'status' | 'error' | 'audioOnly'> | undefined;

/** Why saving a recording takes longer than usual, if it does: it is then not in the way of the next one. */
const whyDelayed = (shown: Shown) => (shown?.status === 'stopping' ? shown.error : undefined);

/** The recording button in a room whose recording is as `shown`, when `pending` was clicked. */
export function recordButtonView(shown: Shown, pending: Pending): RecordButtonView {
  const status = whyDelayed(shown) === undefined ? shown?.status : undefined;
  if (status === 'stopping') return buttons.stopping;
  if (status === 'recording') return pending === 'stop' ? buttons.stopping : buttons.live;
  return status === 'starting' || pending === 'start' ? buttons.starting : buttons.idle;
}

/** Why nothing can be recorded now, a sentence; none when it can. */
export function whyNoRecording(system: SystemStatus | undefined): string | undefined {
  if (!system || system.recording.ready) return undefined;
  return system.recording.reason ?? 'Recording is still being set up.';
}

/** What a room is without that waits to be recorded. */
export type WaitsFor = 'person' | 'recorder' | undefined;

const waits = {
  person: 'Recording starts when a second person arrives',
  recorder: 'Recording starts as soon as a recorder is free',
};

/** What everyone in the room, and at its door, is told of the recording. */
export function alertView(
  shown: Shown,
  pending: Pending,
  waitsFor?: WaitsFor,
): { text: string; tone: 'waiting' | 'busy' | 'live' } | undefined {
  const { label } = recordButtonView(shown, pending);
  const delay = whyDelayed(shown);
  switch (label) {
    case 'Record':
      if (delay !== undefined) return { text: delay, tone: 'busy' };
      return waitsFor && { text: waits[waitsFor], tone: 'waiting' };
    case 'Starting…':
      return { text: 'Recording is starting…', tone: 'busy' };
    case 'Stop recording':
      return {
        text: shown?.audioOnly ? 'Recording sound only' : 'This room is being recorded',
        tone: 'live',
      };
    case 'Stopping…':
      return { text: 'The recording is being saved…', tone: 'busy' };
  }
}
