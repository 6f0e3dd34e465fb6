import type { DeviceKind } from './device-problem.ts';
import type { Tracks } from './handover.ts';
import { remembered } from '../lib/storage.ts';

/** `off` by choice or not yet asked for, `asking` until the browser answers, `on`, or `failed` with a problem. */
type State = 'off' | 'asking' | 'on' | 'failed';

const mediaKinds = {
  camera: { constraint: 'video', input: 'videoinput' },
  microphone: { constraint: 'audio', input: 'audioinput' },
} as const;

/** What LiveKit asks for by itself: a call goes on with the same tracks. */
const picture = { width: 1280, height: 720, aspectRatio: 16 / 9, frameRate: 30 };
const sound = {
  ...{ autoGainControl: true, echoCancellation: true, noiseSuppression: true },
  voiceIsolation: true,
};

const constraintsOf = (kind: DeviceKind, deviceId: string | undefined): MediaStreamConstraints => {
  // `ideal`, so that a missing device is replaced by another.
  const wanted = deviceId ? { deviceId: { ideal: deviceId } } : {};
  return kind === 'camera' ? { video: { ...wanted, ...picture } } : { audio: { ...wanted, ...sound } };
};

/** The user's camera or microphone before the call: its stream, state and device. */
class DevicePreview {
  readonly kind: DeviceKind;
  state = $state<State>('off');
  problem = $state<string>();
  stream = $state.raw<MediaStream>();
  devices = $state.raw<readonly MediaDeviceInfo[]>([]);
  deviceId = $state('');
  #chosenOff = $state(false);
  /** What is ours to stop: no rune, since those show what they were before while a component is destroyed. */
  #held: MediaStream | undefined;
  /** The latest request: results of earlier ones are ignored. */
  #requestId = 0;

  constructor(kind: DeviceKind) {
    this.kind = kind;
    this.deviceId = remembered.get(`${kind}Id`) ?? '';
    this.#chosenOff = remembered.get(kind) === 'off';
    void this.listDevices();
  }

  /** Whether the call starts with it on: what the button shows. */
  get wanted() {
    return !this.#chosenOff && this.state !== 'failed';
  }

  get isFailed() {
    return this.state === 'failed';
  }

  toggle() {
    this.#chosenOff = this.wanted;
    remembered.set(this.kind, this.#chosenOff ? 'off' : 'on');
    if (this.#chosenOff) this.stop();
    else void this.start();
  }

  /** Chooses another device, which starts only if the previous one was on. */
  choose(deviceId: string) {
    remembered.set(`${this.kind}Id`, deviceId);
    this.deviceId = deviceId;
    if (this.wanted) void this.start();
  }

  /** Starts the device, unless it was started already or is chosen off. */
  startIfWanted() {
    if (this.wanted && this.state === 'off') void this.start();
  }

  async start() {
    this.stop();
    const requestId = ++this.#requestId;
    this.state = 'asking';
    try {
      if (!navigator.mediaDevices) throw new DOMException('', 'InsecureContext');
      const stream = await navigator.mediaDevices.getUserMedia(
        constraintsOf(this.kind, this.deviceId || undefined),
      );
      if (requestId !== this.#requestId) return release(stream);
      this.#held = stream;
      this.stream = stream;
      this.state = 'on';
      this.deviceId = stream.getTracks()[0]?.getSettings().deviceId ?? this.deviceId;
      await this.listDevices();
    } catch (error) {
      if (requestId !== this.#requestId) return;
      this.state = 'failed';
      // Most people never read why.
      const { deviceProblem } = await import('./device-problem.ts');
      if (requestId === this.#requestId)
        this.problem = deviceProblem(this.kind, error instanceof DOMException ? error.name : '');
    }
  }

  /** Gives its track away, which stays on. */
  giveAway(): MediaStreamTrack | undefined {
    const [track] = this.#held?.getTracks() ?? [];
    this.#held = undefined;
    this.stop();
    return track;
  }

  /** Turns the device off, its light included. */
  stop() {
    this.#requestId++;
    if (this.#held) release(this.#held);
    this.#held = undefined;
    this.stream = undefined;
    this.problem = undefined;
    this.state = 'off';
  }

  /** Lists the devices that the browser names, which takes its permission. */
  async listDevices() {
    const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    this.devices = devices.filter(({ kind, deviceId }) => kind === mediaKinds[this.kind].input && deviceId);
    // A device that is missing is replaced by the browser's first.
    if (!this.devices.some(({ deviceId }) => deviceId === this.deviceId)) {
      this.deviceId = this.devices[0]?.deviceId ?? this.deviceId;
    }
  }
}

const release = (stream: MediaStream) => {
  for (const track of stream.getTracks()) track.stop();
};

export type { DevicePreview };

/** The user's devices before a call. */
class Preview {
  readonly camera = new DevicePreview('camera');
  readonly microphone = new DevicePreview('microphone');
  readonly #devices = [this.camera, this.microphone];

  constructor() {
    navigator.mediaDevices?.addEventListener('devicechange', this.#listDevices);
  }

  startWanted() {
    for (const device of this.#devices) device.startIfWanted();
  }

  /** Gives away what is on, as a track each. */
  giveAway(): Tracks {
    return { camera: this.camera.giveAway(), microphone: this.microphone.giveAway() };
  }

  /** Turns all of them off, and stops listening. */
  close() {
    navigator.mediaDevices?.removeEventListener('devicechange', this.#listDevices);
    for (const device of this.#devices) device.stop();
  }

  #listDevices = () => {
    for (const device of this.#devices) void device.listDevices();
  };
}

/** The user's devices; none starts before {@link Preview.startWanted} is called. */
export const createPreview = () => new Preview();
