import { m } from '../messages/messages.ts';
import {
  isLocalTrack,
  LocalAudioTrack,
  LocalVideoTrack,
  MediaDeviceFailure,
  ParticipantEvent,
  Track,
  type LocalParticipant,
} from 'livekit-client';
import type { DeviceChoices } from './active-call.ts';
import { deviceProblem, type DeviceKind } from '../media/device-problem.ts';
import type { Tracks } from '../media/handover.ts';
import { toast } from '../design/toasts.svelte.ts';

const kinds: readonly DeviceKind[] = ['microphone', 'camera'];

const isOn = (me: LocalParticipant, device: DeviceKind) =>
  device === 'camera' ? me.isCameraEnabled : me.isMicrophoneEnabled;

const turn = (me: LocalParticipant, device: DeviceKind, on: boolean) =>
  device === 'camera' ? me.setCameraEnabled(on) : me.setMicrophoneEnabled(on);

/** Publishes a device that is on already, like one that LiveKit has turned on: muting a camera turns it off. */
async function publish(me: LocalParticipant, device: DeviceKind, track: MediaStreamTrack): Promise<void> {
  const isCamera = device === 'camera';
  const local: Track = new (isCamera ? LocalVideoTrack : LocalAudioTrack)(track, undefined, false);
  // By this the room knows that it may play sound.
  if (!isCamera) me.emit(ParticipantEvent.AudioStreamAcquired);
  // Their types do not say that they are.
  if (isLocalTrack(local))
    await me.publishTrack(local, { source: Track.Source[isCamera ? 'Camera' : 'Microphone'] });
}

const problemOf = (device: DeviceKind, on: boolean, error: unknown) =>
  on ? deviceProblem(device, error instanceof Error ? error.name : '') : m.device_still_on(device);

/** The local microphone, camera and screen share: shown as requested at once, then as they are. */
export class LocalMedia {
  microphone = $state(false);
  camera = $state(false);
  sharing = $state(false);
  #me: LocalParticipant | undefined;
  /** Changes in flight of this call; those of an earlier call may still be failing. */
  #changing: Partial<Record<DeviceKind, Promise<void> | undefined>> = {};
  /** What the page before has turned on, until it is published. */
  readonly #tracks: Tracks;
  readonly #onChange: () => void;

  /**
   * @param tracks what is on already
   * @param onChange called when the user turned a device on or off
   */
  constructor({ microphone, camera }: DeviceChoices, tracks: Tracks, onChange: () => void) {
    this.microphone = microphone;
    this.camera = camera;
    this.#tracks = tracks;
    this.#onChange = onChange;
  }

  /** Has `me` publish what is on; nobody, while there is no call: what is on then stays a wish. */
  async use(me: LocalParticipant | undefined): Promise<void> {
    this.#me = me;
    this.#changing = {};
    if (!me) for (const device of kinds) this.#drop(device);
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
      toast(m.screen_failed, 'error');
    }
  };

  /** Mutes an open microphone, until what this returns is called. */
  muteMeanwhile(): () => void {
    if (!this.microphone) return () => undefined;
    toast(m.microphone_muted_while_playing);
    void this.#set('microphone', false);
    return () => void this.#set('microphone', true);
  }

  /** Reads the real state: the browser's own button may have ended sharing, or a device was unplugged. */
  read(): void {
    const me = this.#me;
    if (!me) return;
    this.sharing = Boolean(me.getTrackPublication(Track.Source.ScreenShare));
    for (const device of kinds) if (!this.#changing[device]) this[device] = isOn(me, device);
  }

  #set(device: DeviceKind, on: boolean): Promise<void> {
    this[device] = on;
    if (!on) this.#drop(device);
    if (!this.#me) return Promise.resolve();
    return (this.#changing[device] ??= this.#apply(device));
  }

  /** Turns a device on, or publishes it where it is on. */
  async #turnOn(me: LocalParticipant, device: DeviceKind): Promise<void> {
    const track = this.#tracks[device];
    if (track?.readyState !== 'live') return void (await turn(me, device, true));
    try {
      await publish(me, device, track);
      // From here on it is LiveKit's.
      this.#tracks[device] = undefined;
    } finally {
      // As LiveKit does: what could not be published is off.
      this.#drop(device);
    }
  }

  /** Turns off what has not been published. */
  #drop(device: DeviceKind): void {
    this.#tracks[device]?.stop();
    this.#tracks[device] = undefined;
  }

  /** Changes a device, one change at a time, until it is as last requested. */
  async #apply(device: DeviceKind): Promise<void> {
    const me = this.#me;
    const changing = this.#changing;
    let done: boolean | undefined;
    try {
      while (me && me === this.#me && done !== this[device]) {
        done = this[device];
        await (done ? this.#turnOn(me, device) : turn(me, device, false));
      }
    } catch (error) {
      // A call that was left meanwhile shows neither errors nor state.
      if (me === this.#me) toast(problemOf(device, done === true, error), 'error');
    } finally {
      changing[device] = undefined;
    }
    if (!me || me !== this.#me) return;
    this.read();
    this.#onChange();
  }
}
