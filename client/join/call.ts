import { inCall, remembered } from './remembered.ts';

/** Which of one's devices are on in a call. */
export interface Media {
  camera: boolean;
  microphone: boolean;
}

/** How one goes into a call. */
export interface Entry extends Media {
  /** One wishes the room to be recorded as soon as two people are in it. */
  autoRecord: boolean;
}

/** What the room page needs to enter a call. */
export interface Call extends Entry {
  name: string;
  cameraId: string | undefined;
  microphoneId: string | undefined;
}

/** Notes that this tab is in a call: these devices on, and that wish not yet fulfilled. */
export function enterCall(roomName: string, { camera, microphone, autoRecord }: Entry): void {
  inCall.set('room', roomName);
  inCall.set('camera', String(camera));
  inCall.set('microphone', String(microphone));
  inCall.set('autoRecord', String(autoRecord));
}

/** Notes that this tab is in no call any more. */
export function leaveCall(): void {
  inCall.set('room', undefined);
}

/** Whether this tab is in a call in that room: it was joined, or the page was reloaded in the middle of it. */
export function canEnter(roomName: string): boolean {
  return inCall.get('room') === roomName && Boolean(remembered.get('name'));
}

/** Who one is in the call, and with which devices. */
export function currentCall(): Call {
  return {
    name: remembered.get('name') ?? '',
    camera: inCall.get('camera') === 'true',
    microphone: inCall.get('microphone') === 'true',
    autoRecord: inCall.get('autoRecord') === 'true',
    cameraId: remembered.get('cameraId'),
    microphoneId: remembered.get('microphoneId'),
  };
}
