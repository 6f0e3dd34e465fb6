import { deviceProblem, type DeviceKind } from './device-problem.ts';
import { remembered } from './remembered.ts';

/** `off` by choice, `asking` until the browser answers, `on`, or `failed` with a problem. */
type State = 'off' | 'asking' | 'on' | 'failed';

const mediaKinds = {
  camera: { constraint: 'video', input: 'videoinput' },
  microphone: { constraint: 'audio', input: 'audioinput' },
} as const;

const constraintsOf = (kind: DeviceKind, deviceId: string | undefined): MediaStreamConstraints => {
  // `ideal`, so that a device that is gone gives way to another.
  const wanted = deviceId ? { deviceId: { ideal: deviceId } } : {};
  return kind === 'camera'
    ? { video: { ...wanted, width: { ideal: 1280 }, height: { ideal: 720 } } }
    : { audio: wanted };
};

/** One's camera or microphone before the call: its picture or sound, whether it is on, which one it is. */
class DevicePreview {
  readonly kind: DeviceKind;
  state = $state<State>('off');
  problem = $state<string>();
  stream = $state.raw<MediaStream>();
  devices = $state.raw<readonly MediaDeviceInfo[]>([]);
  deviceId = $state('');
  /** Counts what was asked for, so that an answer that comes late is known to be. */
  #asked = 0;

  constructor(kind: DeviceKind) {
    this.kind = kind;
    this.deviceId = remembered.get(`${kind}Id`) ?? '';
    if (remembered.get(kind) !== 'off') void this.start();
  }

  /** Whether it is on, or about to be: what the button shows. */
  get wanted() {
    return this.state === 'on' || this.state === 'asking';
  }

  toggle() {
    remembered.set(this.kind, this.wanted ? 'off' : 'on');
    if (this.wanted) this.stop();
    else void this.start();
  }

  choose(deviceId: string) {
    remembered.set(`${this.kind}Id`, deviceId);
    this.deviceId = deviceId;
    void this.start();
  }

  async start() {
    this.stop();
    const asked = ++this.#asked;
    this.state = 'asking';
    try {
      if (!navigator.mediaDevices) throw new DOMException('', 'InsecureContext');
      const stream = await navigator.mediaDevices.getUserMedia(
        constraintsOf(this.kind, this.deviceId || undefined),
      );
      if (asked !== this.#asked) return release(stream);
      this.stream = stream;
      this.state = 'on';
      await this.#listDevices(stream);
    } catch (error) {
      if (asked !== this.#asked) return;
      this.state = 'failed';
      this.problem = deviceProblem(this.kind, error instanceof DOMException ? error.name : '');
    }
  }

  /** Turns it off, light included. */
  stop() {
    this.#asked++;
    if (this.stream) release(this.stream);
    this.stream = undefined;
    this.problem = undefined;
    this.state = 'off';
  }

  /** Devices have names only once the browser has given access to one. */
  async #listDevices(stream: MediaStream) {
    const devices = await navigator.mediaDevices.enumerateDevices();
    this.devices = devices.filter(({ kind, deviceId }) => kind === mediaKinds[this.kind].input && deviceId);
    this.deviceId = stream.getTracks()[0]?.getSettings().deviceId ?? this.deviceId;
  }
}

const release = (stream: MediaStream) => {
  for (const track of stream.getTracks()) track.stop();
};

export type { DevicePreview };

/** Starts the devices that were on the last time. */
export function createPreview() {
  return { camera: new DevicePreview('camera'), microphone: new DevicePreview('microphone') };
}
