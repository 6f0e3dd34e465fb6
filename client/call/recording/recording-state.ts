import { statusOrder, type RoomStatus, type SystemStatus } from '@reelroom/shared';

/**
 * The state of a room's recording: that of the room's metadata or of the server's last response to this client,
 * whichever is later.
 */
export function latestStatus(
  room: RoomStatus | undefined,
  answered: RoomStatus | undefined,
): RoomStatus | undefined {
  if (!room || !answered) return room ?? answered;
  // A recording that the room's metadata does not have yet.
  if (room.id !== answered.id) return answered;
  return statusOrder[answered.status] > statusOrder[room.status] ? answered : room;
}

/** The request in flight. */
export type Pending = 'start' | 'stop' | undefined;

/** The recording button. */
export interface RecordButtonView {
  label: 'Record' | 'Starting…' | 'Stop recording' | 'Stopping…';
  tone: 'idle' | 'busy' | 'live';
  /** The action of a click; undefined while the button is disabled. */
  action: Pending;
}

const buttons = {
  idle: { label: 'Record', tone: 'idle', action: 'start' },
  starting: { label: 'Starting…', tone: 'busy', action: undefined },
  live: { label: 'Stop recording', tone: 'live', action: 'stop' },
  stopping: { label: 'Stopping…', tone: 'busy', action: undefined },
} as const satisfies Record<string, RecordButtonView>;

/** The state of a room's recording. */
type Shown = Pick<RoomStatus, 'status' | 'error' | 'audioOnly'> | undefined;

/** Why saving a recording takes longer than usual, if it does; it does not block the next recording. */
const whyDelayed = (shown: Shown) => (shown?.status === 'stopping' ? shown.error : undefined);

/** The recording button in a room whose recording is as `shown`, when `pending` was clicked. */
export function recordButtonView(shown: Shown, pending: Pending): RecordButtonView {
  const status = whyDelayed(shown) === undefined ? shown?.status : undefined;
  if (status === 'stopping') return buttons.stopping;
  if (status === 'recording') return pending === 'stop' ? buttons.stopping : buttons.live;
  return status === 'starting' || pending === 'start' ? buttons.starting : buttons.idle;
}

/** Why recording is not possible, a sentence for people; undefined where it is. */
export function whyNoRecording(system: SystemStatus | undefined): string | undefined {
  if (!system || system.recording.ready) return undefined;
  return system.recording.reason ?? 'Recording is still being set up.';
}

/** What auto-record still waits for. */
export type AutoRecordBlocker = 'person' | 'recorder' | undefined;

const blockedAlerts = {
  person: 'Recording starts when a second person arrives',
  recorder: 'Recording starts as soon as a recorder is free',
};

/** The text about the recording on the room page and the join page. */
export function alertView(
  shown: Shown,
  pending: Pending,
  blocker?: AutoRecordBlocker,
): { text: string; tone: 'waiting' | 'busy' | 'live' } | undefined {
  const { label } = recordButtonView(shown, pending);
  const delay = whyDelayed(shown);
  switch (label) {
    case 'Record':
      if (delay !== undefined) return { text: delay, tone: 'busy' };
      return blocker && { text: blockedAlerts[blocker], tone: 'waiting' };
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
