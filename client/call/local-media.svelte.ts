import { MediaDeviceFailure, Track, type LocalParticipant } from 'livekit-client';
import type { Media } from './active-call.ts';
import { deviceProblem, type DeviceKind } from '../media/device-problem.ts';
import { toast } from '../design/toasts.svelte.ts';

const kinds: readonly DeviceKind[] = ['microphone', 'camera'];

const isOn = (me: LocalParticipant, device: DeviceKind) =>
  device === 'camera' ? me.isCameraEnabled : me.isMicrophoneEnabled;

const turn = (me: LocalParticipant, device: DeviceKind, on: boolean) =>
  device === 'camera' ? me.setCameraEnabled(on) : me.setMicrophoneEnabled(on);

const problemOf = (device: DeviceKind, on: boolean, error: unknown) =>
  on
    ? deviceProblem(device, error instanceof Error ? error.name : '')
    : `The ${device} could not be turned off. It is still on.`;

/** One's microphone, camera and shared screen in a call: shown as wished at once, and then as they are. */
export class LocalMedia {
  microphone = $state(false);
  camera = $state(false);
  sharing = $state(false);
  #me: LocalParticipant | undefined;
  /** What is under way in this call: one that was left may go on failing for a while. */
  #changing: Partial<Record<DeviceKind, Promise<void> | undefined>> = {};
  readonly #onChange: () => void;

  /** @param onChange called when a device was turned on or off by a wish */
  constructor({ microphone, camera }: Media, onChange: () => void) {
    this.microphone = microphone;
    this.camera = camera;
    this.#onChange = onChange;
  }

  /** Has `me` publish what is on; nobody, while there is no call: what is on then stays a wish. */
  async use(me: LocalParticipant | undefined): Promise<void> {
    this.#me = me;
    this.#changing = {};
    if (me)
      await Promise.all(kinds.filter((device) => this[device]).map((device) => this.#set(device, true)));
  }

  toggleMicrophone = (): Promise<void> => this.#set('microphone', !this.microphone);
  toggleCamera = (): Promise<void> => this.#set('camera', !this.camera);

  toggleSharing = async (): Promise<void> => {
    try {
      await this.#me?.setScreenShareEnabled(!this.sharing, { audio: true });
    } catch (error) {
      // Closing the browser's own picker is a choice, not a failure.
      if (MediaDeviceFailure.getFailure(error) === MediaDeviceFailure.PermissionDenied) return;
      toast('The screen cannot be shared. Try another window or screen.', 'error');
    }
  };

  /** Mutes an open microphone, until what this returns is called. */
  muteMeanwhile(): () => void {
    if (!this.microphone) return () => undefined;
    toast('Your microphone is muted while a recording plays.');
    void this.#set('microphone', false);
    return () => void this.#set('microphone', true);
  }

  /** Shows what is: the browser has its own button that ends sharing, a device is pulled out. */
  read(): void {
    const me = this.#me;
    if (!me) return;
    this.sharing = Boolean(me.getTrackPublication(Track.Source.ScreenShare));
    for (const device of kinds) if (!this.#changing[device]) this[device] = isOn(me, device);
  }

  #set(device: DeviceKind, on: boolean): Promise<void> {
    this[device] = on;
    if (!this.#me) return Promise.resolve();
    return (this.#changing[device] ??= this.#apply(device));
  }

  /** One change of a device at a time, until the last wish is fulfilled. */
  async #apply(device: DeviceKind): Promise<void> {
    const me = this.#me;
    const changing = this.#changing;
    let done: boolean | undefined;
    try {
      while (me && me === this.#me && done !== this[device]) {
        done = this[device];
        await turn(me, device, done);
      }
    } catch (error) {
      // A call that was left meanwhile has nothing to say, and no state to show.
      if (me === this.#me) toast(problemOf(device, done === true, error), 'error');
    } finally {
      changing[device] = undefined;
    }
    if (!me || me !== this.#me) return;
    this.read();
    this.#onChange();
  }
}
