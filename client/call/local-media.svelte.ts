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

/** Publishes an open track as LiveKit's own: muting its camera turns that off. */
async function publish(me: LocalParticipant, device: DeviceKind, track: MediaStreamTrack): Promise<void> {
  const isCamera = device === 'camera';
  const local: Track = new (isCamera ? LocalVideoTrack : LocalAudioTrack)(track, undefined, false);
  // LiveKit takes this as permission to play sound.
  if (!isCamera) me.emit(ParticipantEvent.AudioStreamAcquired);
  // Their types lack that.
  if (isLocalTrack(local))
    await me.publishTrack(local, { source: Track.Source[isCamera ? 'Camera' : 'Microphone'] });
}

const problemOf = (device: DeviceKind, on: boolean, error: unknown) =>
  on ? deviceProblem(device, error instanceof Error ? error.name : '') : m.device_still_on(device);

/** The local microphone, camera and screen share: shows requested states at once, then the actual ones. */
export class LocalMedia {
  microphone = $state(false);
  camera = $state(false);
  sharing = $state(false);
  #me: LocalParticipant | undefined;
  /** This call's changes in progress; an earlier call's may still fail. */
  #changing: Partial<Record<DeviceKind, Promise<void> | undefined>> = {};
  /** Tracks that the previous page opened, until they are published. */
  readonly #tracks: Tracks;
  readonly #onChange: () => void;

  /**
   * @param tracks the open tracks
   * @param onChange called when the user turned a device on or off
   */
  constructor({ microphone, camera }: DeviceChoices, tracks: Tracks, onChange: () => void) {
    this.microphone = microphone;
    this.camera = camera;
    this.#tracks = tracks;
    this.#onChange = onChange;
  }

  /** Makes `me` publish the devices that are on; without a participant they are published later. */
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

  /** Mutes an open microphone; returns a function that ends that. */
  muteMeanwhile(): () => void {
    if (!this.microphone) return () => undefined;
    toast(m.microphone_muted_while_playing);
    void this.#set('microphone', false);
    return () => void this.#set('microphone', true);
  }

  /** Reads the actual state: the browser's button may have ended sharing, or a device was unplugged. */
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

  /** Turns a device on, or publishes its open track. */
  async #turnOn(me: LocalParticipant, device: DeviceKind): Promise<void> {
    const track = this.#tracks[device];
    if (track?.readyState !== 'live') return void (await turn(me, device, true));
    try {
      await publish(me, device, track);
      // LiveKit owns the track from here on.
      this.#tracks[device] = undefined;
    } finally {
      // Off, as with LiveKit, where publishing failed.
      this.#drop(device);
    }
  }

  /** Turns off tracks that have not been published. */
  #drop(device: DeviceKind): void {
    this.#tracks[device]?.stop();
    this.#tracks[device] = undefined;
  }

  /** Changes a device, one change at a time, until it has the last requested state. */
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
      // Neither errors nor states of a call that was left meanwhile are shown.
      if (me === this.#me) toast(problemOf(device, done === true, error), 'error');
    } finally {
      changing[device] = undefined;
    }
    if (!me || me !== this.#me) return;
    this.read();
    this.#onChange();
  }
}
