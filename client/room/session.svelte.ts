import { parseRoomState, type RoomStatus } from '@reelroom/shared';
import { DisconnectReason, MediaDeviceFailure, Room, RoomEvent, Track } from 'livekit-client';
import { errorSentence } from '../errors.ts';
import { enterCall, leaveCall, type Call } from '../join/call.ts';
import { deviceProblem } from '../join/device-problem.ts';
import { trpc } from '../trpc.ts';
import { toast } from '../ui/toasts.svelte.ts';
import { endingOf, type Ending } from './ending.ts';
import { everyoneIn, watchPeople, type Person } from './people.ts';

type Phase = 'joining' | 'connected' | 'reconnecting' | 'ended';
type Device = 'camera' | 'microphone';

const unreachable: Ending = {
  title: 'The call could not be joined',
  sentence: 'The call server cannot be reached. Check your connection and try again.',
};

/** One's part in a call: what LiveKit tells as runes, and what one can do there. */
class Session {
  readonly roomName: string;
  readonly #call: Call;
  #room: Room | undefined;
  readonly #changing: Record<Device, boolean> = { camera: false, microphone: false };

  phase = $state<Phase>('joining');
  ending = $state.raw<Ending>();
  people = $state.raw<readonly Person[]>([]);
  /** The recording that the room's metadata tells of. */
  status = $state.raw<RoomStatus>();
  /** The room waits to be recorded as soon as two people are in it. */
  waits = $state(false);
  microphone = $state(false);
  camera = $state(false);
  sharing = $state(false);
  /** The browser wants a click before it plays sound. */
  audioBlocked = $state(false);
  /** One wishes that the room waits so, and it has not yet come to a recording. */
  autoRecord: boolean;

  constructor(roomName: string, call: Call) {
    this.roomName = roomName;
    this.#call = call;
    this.camera = call.camera;
    this.microphone = call.microphone;
    this.autoRecord = call.autoRecord;
  }

  async join() {
    this.phase = 'joining';
    this.ending = undefined;
    const room = (this.#room = this.#createRoom());
    const grant = await this.#askForToken(room);
    if (!grant) return;
    try {
      await room.connect(grant.livekitUrl, grant.token);
    } catch {
      if (room === this.#room) this.#end(unreachable);
      return;
    }
    // One may have left while the connection was made.
    if (room !== this.#room) return void room.disconnect();
    enterCall(this.roomName, this);
    this.phase = 'connected';
    const devices = [
      this.microphone && this.#setDevice('microphone', true),
      this.camera && this.#setDevice('camera', true),
    ];
    this.#readRoom(room);
    await Promise.all(devices);
  }

  /** Leaves for good: a reload does not come back. */
  leave() {
    leaveCall();
    this.close();
  }

  /** Ends the connection, as closing the page does. */
  close() {
    const room = this.#room;
    this.#room = undefined;
    void room?.disconnect();
  }

  toggleMicrophone = () => this.#setDevice('microphone', !this.microphone);
  toggleCamera = () => this.#setDevice('camera', !this.camera);

  toggleSharing = async () => {
    try {
      await this.#room?.localParticipant.setScreenShareEnabled(!this.sharing, { audio: true });
    } catch (error) {
      // Closing the browser's own picker is a choice, not a failure.
      if (MediaDeviceFailure.getFailure(error) === MediaDeviceFailure.PermissionDenied) return;
      toast('The screen cannot be shared. Try another window or screen.', 'error');
    }
  };

  startAudio = () => this.#room?.startAudio();

  async #askForToken(room: Room) {
    try {
      const grant = await trpc.tokens.create.mutate({
        roomName: this.roomName,
        participantName: this.#call.name,
        autoRecord: this.autoRecord,
      });
      return room === this.#room ? grant : undefined;
    } catch (error) {
      if (room === this.#room) this.#end({ title: unreachable.title, sentence: errorSentence(error) });
      return undefined;
    }
  }

  #createRoom(): Room {
    const { cameraId, microphoneId } = this.#call;
    const room = new Room({
      adaptiveStream: true,
      dynacast: true,
      videoCaptureDefaults: cameraId ? { deviceId: { ideal: cameraId } } : {},
      audioCaptureDefaults: microphoneId ? { deviceId: { ideal: microphoneId } } : {},
    });
    watchPeople(room, () => this.#readRoom(room));
    return room
      .on(RoomEvent.RoomMetadataChanged, () => this.#readRoom(room))
      .on(RoomEvent.SignalReconnecting, () => (this.phase = 'reconnecting'))
      .on(RoomEvent.Reconnecting, () => (this.phase = 'reconnecting'))
      .on(RoomEvent.Reconnected, () => (this.phase = 'connected'))
      .on(RoomEvent.AudioPlaybackStatusChanged, () => (this.audioBlocked = !room.canPlaybackAudio))
      .on(RoomEvent.Disconnected, (reason) => {
        if (room !== this.#room || this.phase === 'joining') return;
        if (reason !== DisconnectReason.CLIENT_INITIATED) this.#end(endingOf(reason));
        // LiveKit's own doing, as the page goes or is frozen: after a reload the call goes on, after a thaw it does not.
        else setTimeout(() => this.#end(endingOf(undefined)), 1500);
      });
  }

  #readRoom(room: Room) {
    // While one joins, the devices are what one wants them to be, not yet what they are.
    if (room !== this.#room || this.phase === 'joining') return;
    this.people = everyoneIn(room);
    const { recording, autoRecord = false } = parseRoomState(room.metadata);
    this.status = recording;
    this.waits = autoRecord;
    if (this.autoRecord && !autoRecord) {
      // Fulfilled: whoever stops the recording is not overruled when one reloads the page.
      this.autoRecord = false;
      enterCall(this.roomName, this);
    }
    const me = room.localParticipant;
    // These change without us, too: the browser has its own button that ends sharing, a device is pulled out.
    this.sharing = Boolean(me.getTrackPublication(Track.Source.ScreenShare));
    if (!this.#changing.microphone) this.microphone = me.isMicrophoneEnabled;
    if (!this.#changing.camera) this.camera = me.isCameraEnabled;
  }

  async #setDevice(device: Device, on: boolean) {
    const me = this.#room?.localParticipant;
    if (!me) return;
    // Shown before it is done; taken back when it fails.
    this[device] = on;
    this.#changing[device] = true;
    try {
      await (device === 'camera' ? me.setCameraEnabled(on) : me.setMicrophoneEnabled(on));
    } catch (error) {
      this[device] = false;
      toast(deviceProblem(device, error instanceof Error ? error.name : ''), 'error');
    } finally {
      this.#changing[device] = false;
    }
    enterCall(this.roomName, this);
  }

  #end(ending: Ending) {
    leaveCall();
    this.close();
    this.people = [];
    this.ending = ending;
    this.phase = 'ended';
  }
}

export type { Session };

/** A session in a room, not yet joined. */
export function createSession(roomName: string, call: Call): Session {
  return new Session(roomName, call);
}
