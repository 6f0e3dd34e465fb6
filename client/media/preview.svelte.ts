import { deviceProblem, type DeviceKind } from './device-problem.ts';
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
  // `ideal`, so that a device that is gone gives way to another.
  const wanted = deviceId ? { deviceId: { ideal: deviceId } } : {};
  return kind === 'camera' ? { video: { ...wanted, ...picture } } : { audio: { ...wanted, ...sound } };
};

/** One's camera or microphone before the call: its picture or sound, whether it is on, which one it is. */
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
  /** Counts what was asked for, so that an answer that comes late is known to be. */
  #asked = 0;

  constructor(kind: DeviceKind) {
    this.kind = kind;
    this.deviceId = remembered.get(`${kind}Id`) ?? '';
    this.#chosenOff = remembered.get(kind) === 'off';
    void this.listDevices();
  }

  /** Whether one goes into the call with it on: what the button shows. */
  get wanted() {
    return !this.#chosenOff && this.state !== 'failed';
  }

  toggle() {
    this.#chosenOff = this.wanted;
    remembered.set(this.kind, this.#chosenOff ? 'off' : 'on');
    if (this.#chosenOff) this.stop();
    else void this.start();
  }

  /** Another device; it starts only if the one before was on. */
  choose(deviceId: string) {
    remembered.set(`${this.kind}Id`, deviceId);
    this.deviceId = deviceId;
    if (this.wanted) void this.start();
  }

  /** Asks the browser for it, unless that was done or it is not wanted. */
  startIfWanted() {
    if (this.wanted && this.state === 'off') void this.start();
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
      this.#held = stream;
      this.stream = stream;
      this.state = 'on';
      this.deviceId = stream.getTracks()[0]?.getSettings().deviceId ?? this.deviceId;
      await this.listDevices();
    } catch (error) {
      if (asked !== this.#asked) return;
      this.state = 'failed';
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

  /** Turns it off, light included. */
  stop() {
    this.#asked++;
    if (this.#held) release(this.#held);
    this.#held = undefined;
    this.stream = undefined;
    this.problem = undefined;
    this.state = 'off';
  }

  /** Those that the browser names, which it does once it has given access, in this page or before. */
  async listDevices() {
    const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    this.devices = devices.filter(({ kind, deviceId }) => kind === mediaKinds[this.kind].input && deviceId);
    // One that is not there gives way to the browser's first.
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
