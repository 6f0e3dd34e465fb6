import { m } from '../messages/messages.ts';
import { Room, RoomEvent, supportsAudioOutputSelection } from 'livekit-client';
import { toast } from '../design/toasts.svelte.ts';
import { remembered } from '../lib/storage.ts';

const inputs = { microphone: 'audioinput', camera: 'videoinput', speaker: 'audiooutput' } as const;
type Kind = keyof typeof inputs;

/** The microphones, cameras or speakers of this machine during a call, and which of them is used. */
class CallDevice {
  readonly kind: Kind;
  devices = $state.raw<readonly MediaDeviceInfo[]>([]);
  deviceId = $state('');
  #room: Room | undefined;

  constructor(kind: Kind) {
    this.kind = kind;
  }

  /** Follows the devices of this room from now on. */
  async use(room: Room): Promise<void> {
    this.#room = room;
    room
      .on(RoomEvent.MediaDevicesChanged, () => void this.#change())
      .on(RoomEvent.ActiveDeviceChanged, () => void this.#read());
    const speaker = this.kind === 'speaker' ? remembered.get('speakerId') : undefined;
    await this.#read();
    // A device that is no longer connected is replaced by the browser's default.
    if (speaker && this.devices.some(({ deviceId }) => deviceId === speaker)) await this.choose(speaker);
  }

  /** Switches to another device, also for later calls. */
  async choose(deviceId: string): Promise<void> {
    try {
      await this.#room?.switchActiveDevice(inputs[this.kind], deviceId);
      remembered.set(`${this.kind}Id`, deviceId);
    } catch (error) {
      console.warn('The device could not be switched.', error);
      toast(m.device_switch_failed(this.kind), 'error');
    }
    await this.#read();
  }

  async #read(): Promise<void> {
    const room = this.#room;
    const all = await Room.getLocalDevices(inputs[this.kind], false).catch(() => []);
    // Browsers name devices only once they may use that kind.
    this.devices = all.filter(({ deviceId }) => deviceId);
    const active = room?.getActiveDevice(inputs[this.kind]);
    const known = this.devices.find(({ deviceId }) => deviceId === active) ?? this.devices[0];
    this.deviceId = known?.deviceId ?? '';
  }

  /** A device came or went; LiveKit has replaced one that was in use. */
  async #change(): Promise<void> {
    const before = this.devices.find(({ deviceId }) => deviceId === this.deviceId);
    await this.#read();
    if (!before || this.devices.some(({ deviceId }) => deviceId === before.deviceId)) return;
    const now = this.devices.find(({ deviceId }) => deviceId === this.deviceId);
    toast(
      now ? m.device_replaced(before.label, now.label) : m.device_gone(before.label, this.kind),
      'warning',
    );
  }
}

export type { CallDevice };

/** The devices of this machine during a call. */
export class CallDevices {
  readonly microphone = new CallDevice('microphone');
  readonly camera = new CallDevice('camera');
  /** Absent where the browser does not let pages choose speakers. */
  readonly speaker = supportsAudioOutputSelection() ? new CallDevice('speaker') : undefined;

  /** Follows the devices of a room that was just joined. */
  async use(room: Room): Promise<void> {
    await Promise.all([this.microphone, this.camera, this.speaker].map((device) => device?.use(room)));
  }
}
