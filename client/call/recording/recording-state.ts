import { m } from '../../messages/messages.ts';
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
  label: string;
  tone: 'idle' | 'busy' | 'live';
  /** The action of a click; undefined while the button is disabled. */
  action: Pending;
}

const buttons = {
  idle: { label: m.record_start, tone: 'idle', action: 'start' },
  starting: { label: m.record_starting, tone: 'busy', action: undefined },
  live: { label: m.record_stop, tone: 'live', action: 'stop' },
  stopping: { label: m.record_stopping, tone: 'busy', action: undefined },
} as const satisfies Record<string, RecordButtonView>;

/** The state of a room's recording. */
type Shown = Pick<RoomStatus, 'status' | 'error' | 'audioOnly'> | undefined;

/** Why saving a recording takes longer than usual, if it does; it does not block the next recording. */
const whyDelayed = (shown: Shown) => (shown?.status === 'stopping' ? shown.error : undefined);

function buttonState(shown: Shown, pending: Pending): keyof typeof buttons {
  const status = whyDelayed(shown) === undefined ? shown?.status : undefined;
  if (status === 'stopping') return 'stopping';
  if (status === 'recording') return pending === 'stop' ? 'stopping' : 'live';
  return status === 'starting' || pending === 'start' ? 'starting' : 'idle';
}

/** The recording button in a room whose recording is as `shown`, when `pending` was clicked. */
export const recordButtonView = (shown: Shown, pending: Pending): RecordButtonView =>
  buttons[buttonState(shown, pending)];

/** Why recording is not possible, a sentence for people; undefined where it is. */
export function whyNoRecording(system: SystemStatus | undefined): string | undefined {
  if (!system || system.recording.ready) return undefined;
  return system.recording.reason ?? m.record_not_ready;
}

/** What auto-record still waits for. */
export type AutoRecordBlocker = 'person' | 'recorder' | undefined;

const blockedAlerts = {
  person: m.record_waits_for_person,
  recorder: m.record_waits_for_recorder,
};

/** The text about the recording on the room page and the join page. */
export function alertView(
  shown: Shown,
  pending: Pending,
  blocker?: AutoRecordBlocker,
): { text: string; tone: 'waiting' | 'busy' | 'live' } | undefined {
  const delay = whyDelayed(shown);
  switch (buttonState(shown, pending)) {
    case 'idle':
      if (delay !== undefined) return { text: delay, tone: 'busy' };
      return blocker && { text: blockedAlerts[blocker], tone: 'waiting' };
    case 'starting':
      return { text: m.record_alert_starting, tone: 'busy' };
    case 'live':
      return {
        text: shown?.audioOnly ? m.record_alert_audio : m.record_alert_live,
        tone: 'live',
      };
    case 'stopping':
      return { text: m.record_alert_saving, tone: 'busy' };
  }
}
