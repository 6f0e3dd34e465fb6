import { errorCodeOf } from '@reelroom/sdk';
import type { RoomAccess } from '@reelroom/shared';
import { DisconnectReason, Room, RoomEvent } from 'livekit-client';
import { errorSentence } from '../app/error-message.ts';
import {
  markCallClosed,
  giveUpPlace,
  keepPlace,
  clearActiveCall,
  placeIn,
  renewActiveCall,
  type ActiveCall,
  type Place,
} from './active-call.ts';
import { paths } from '../app/routes.ts';
import { signInFirst } from '../app/sign-in-first.ts';
import { acceptInvite } from './invite.ts';
import { trpc } from '../app/trpc.ts';
import { watchAttendees, type Attendee, type Attendees } from './attendees.svelte.ts';
import {
  connectFailure,
  disconnectNotice,
  lostForLong,
  movedAway,
  notAdmitted,
  tokenFailure,
  type DisconnectNotice,
} from './disconnect-notice.ts';
import { holdIdentity } from './identity-lock.ts';
import { hasAgreed } from './agreement.ts';
import { waitForAdmission } from './wait-for-admission.ts';

/**
 * `elsewhere`: another tab of this browser is this participant. `waiting`: in the waiting room, until a host
 * decides. `unagreed`: the user must agree to be recorded to join.
 */
type Phase =
  'joining' | 'waiting' | 'unagreed' | 'elsewhere' | 'connected' | 'reconnecting' | 'ended' | 'left';

/** The token, LiveKit's URL, and the user's access. */
type Grant = Awaited<ReturnType<typeof trpc.tokens.create.mutate>>;

/** How often, in ms, the active call is renewed. */
const heartbeatMs = 5000;

/** How long, in ms, after the last connection the client rejoins without a click. */
const comeBackMs = 15 * 60_000;

/** The delay, in ms, before the next retry; a network that is back ends it. */
const retryMs = (tries: number) => Math.min(1000 * 2 ** tries, 15_000);

/** The callbacks of a connection, called with its current room. */
interface Hooks {
  /** Whether the room is asked to be recorded as soon as two people are in it. */
  autoRecord: () => boolean;
  /** A room that is not connected yet, to listen to. */
  onCreated: (room: Room) => void;
  onJoined: (room: Room) => Promise<void>;
  /** The connection is back after it was interrupted. */
  onReconnected: (room: Room) => void;
  onDisconnected: () => void;
}

/** The connection to a room: joined, lost and joined again, ended. */
class Connection {
  readonly #roomName: string;
  readonly #call: ActiveCall;
  readonly #hooks: Hooks;
  readonly #end = new AbortController();
  #room: Room | undefined;
  #attendees = $state.raw<Attendees>();
  #place: Place | undefined;
  /** Releases the lock on the place's identity; set while this tab holds it. */
  #letGo: (() => void) | undefined;
  #waiting: AbortController | undefined;
  #lastConnectedAt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;

  phase = $state<Phase>('joining');
  /** The user's access to the room, and the room's rules if any; undefined until the server answers. */
  access = $state.raw<RoomAccess>();
  ending = $state.raw<DisconnectNotice>();
  /** The browser requires a click before it plays sound. */
  audioBlocked = $state(false);
  /** The browser requires a click before it plays video, as an iPhone in low-power mode does. */
  videoBlocked = $state(false);

  constructor(roomName: string, call: ActiveCall, hooks: Hooks) {
    this.#roomName = roomName;
    this.#call = call;
    this.#hooks = hooks;
    this.#listen();
  }

  /** Whether this is the connection's current room, connected or connecting. */
  isTo(room: Room): boolean {
    return room === this.#room;
  }

  /** The token that the user joined with. */
  get token(): string | undefined {
    return this.#place?.token;
  }

  get people(): readonly Attendee[] {
    return this.#attendees?.shown ?? [];
  }

  /** Joins; with `move`, also takes over from another tab of this browser that is this participant. */
  async join({ move = false } = {}): Promise<void> {
    this.phase = 'joining';
    this.ending = undefined;
    this.#tries = 0;
    await this.#connect(move);
  }

  /** Leaves for good: a reload does not come back. */
  leave(): void {
    this.#disconnect();
    this.#release();
    if (this.#place) giveUpPlace(this.#place);
    this.#place = undefined;
    clearActiveCall();
    this.phase = 'left';
  }

  /** Ends the connection, as closing the page does. */
  close(): void {
    this.#end.abort();
    this.#disconnect();
    this.#release();
    // Another page of ours was opened: going forward again leads to the join page, not into the call.
    clearActiveCall();
  }

  startPlayback = async (): Promise<void> => {
    await this.#room?.startAudio();
    await this.#room?.startVideo();
  };

  async #connect(move: boolean): Promise<void> {
    clearTimeout(this.#retry);
    const room = this.#createRoom();
    this.#room = room;
    const isWanted = () => room === this.#room;
    if (!(await this.#takePlace(move, isWanted))) return;
    const grant = await this.#askForToken(isWanted);
    if (!grant) return;
    try {
      await room.connect(grant.livekitUrl, grant.token);
    } catch (error) {
      console.warn('The call could not be joined.', error);
      if (isWanted()) this.#stop(connectFailure(error));
      return;
    }
    // The user may have left while connecting.
    if (!isWanted()) return void room.disconnect();
    this.phase = 'connected';
    this.ending = undefined;
    this.#tries = 0;
    this.audioBlocked = !room.canPlaybackAudio;
    this.videoBlocked = !room.canPlaybackVideo;
    this.#beat();
    await this.#hooks.onJoined(room);
  }

  /** Takes the stored place, if any, for this tab; false where the join is over or another tab has the place. */
  async #takePlace(move: boolean, isWanted: () => boolean): Promise<boolean> {
    const earlier = this.#place ?? placeIn(this.#roomName);
    if (!earlier || this.#letGo) return true;
    const letGo = await this.#hold(earlier.identity, move);
    if (!isWanted()) {
      letGo?.();
      return false;
    }
    if (letGo) {
      this.#place = earlier;
      this.#letGo = letGo;
    } else if (earlier.name === this.#call.name) {
      this.#disconnect();
      this.phase = 'elsewhere';
      return false;
    }
    // Another name at the same computer is a separate participant.
    return true;
  }

  #hold(identity: string, steal: boolean) {
    return holdIdentity(identity, {
      steal,
      onStolen: () => {
        if (this.#place?.identity !== identity) return;
        this.#letGo = undefined;
        this.#stop(movedAway);
      },
    });
  }

  /** Waits until a host lets the user in, then asks for the token again. */
  async #waitForAdmission(isWanted: () => boolean): Promise<Grant | undefined> {
    this.phase = 'waiting';
    this.#waiting = new AbortController();
    const standing = await waitForAdmission(this.#roomName, this.#call.name, this.#waiting.signal);
    if (!isWanted()) return undefined;
    if (standing === 'admitted') {
      this.phase = 'joining';
      return this.#askForToken(isWanted);
    }
    this.#stop(notAdmitted);
    return undefined;
  }

  async #askForToken(isWanted: () => boolean): Promise<Grant | undefined> {
    try {
      const { name } = this.#call;
      await acceptInvite(this.#roomName);
      const grant = await trpc.tokens.create.mutate({
        roomName: this.#roomName,
        participantName: name,
        autoRecord: this.#hooks.autoRecord(),
        agreesToRecording: hasAgreed(this.#roomName),
        earlierToken: this.#place?.token,
      });
      const { identity, token } = grant;
      if (identity !== this.#place?.identity) {
        this.#release();
        this.#letGo = await this.#hold(identity, false);
      }
      if (!isWanted()) return undefined;
      this.#place = { room: this.#roomName, name, identity, token };
      keepPlace(this.#place);
      this.access = grant.access;
      return grant;
    } catch (error) {
      if (isWanted() && errorCodeOf(error) === 'WAITING_ROOM') return this.#waitForAdmission(isWanted);
      if (isWanted() && errorCodeOf(error) === 'CONSENT_REQUIRED') {
        this.#disconnect();
        this.phase = 'unagreed';
      } else if (isWanted()) {
        // Signing in leads back to the room.
        signInFirst(error, paths.room(this.#roomName));
        this.#stop(tokenFailure(errorCodeOf(error), errorSentence(error)));
      }
      return undefined;
    }
  }

  #createRoom(): Room {
    const { cameraId, microphoneId } = this.#call;
    const room = new Room({
      adaptiveStream: true,
      dynacast: true,
      // LiveKit would also leave at a download that begins with a redirect, which fires `beforeunload`.
      disconnectOnPageLeave: false,
      videoCaptureDefaults: cameraId ? { deviceId: { ideal: cameraId } } : {},
      audioCaptureDefaults: microphoneId ? { deviceId: { ideal: microphoneId } } : {},
    });
    const attendees = watchAttendees(room, { withLocal: true });
    this.#hooks.onCreated(room);
    return room
      .on(RoomEvent.Connected, () => {
        if (room === this.#room) this.#attendees = attendees;
      })
      .on(RoomEvent.SignalReconnecting, () => this.#setConnected(room, false))
      .on(RoomEvent.Reconnecting, () => this.#setConnected(room, false))
      .on(RoomEvent.Reconnected, () => this.#setConnected(room, true))
      .on(RoomEvent.AudioPlaybackStatusChanged, () => (this.audioBlocked = !room.canPlaybackAudio))
      .on(RoomEvent.VideoPlaybackStatusChanged, () => (this.videoBlocked = !room.canPlaybackVideo))
      .on(RoomEvent.Disconnected, (reason) => {
        // While joining, `connect` rejects instead.
        if (room !== this.#room || this.#attendees !== attendees) return;
        console.warn(`The call was ended: ${DisconnectReason[reason ?? DisconnectReason.UNKNOWN_REASON]}.`);
        this.#stop(disconnectNotice(reason));
      });
  }

  #setConnected(room: Room, isConnected: boolean) {
    if (room !== this.#room) return;
    this.phase = isConnected ? 'connected' : 'reconnecting';
    if (isConnected) this.#hooks.onReconnected(room);
  }

  /** Listens to events of page and browser that affect the call. */
  #listen() {
    const { signal } = this.#end;
    const timer = setInterval(() => this.#beat(), heartbeatMs);
    signal.addEventListener('abort', () => clearInterval(timer));
    const comeBack = () => this.#comeBack();
    addEventListener('online', comeBack, { signal });
    addEventListener('pageshow', comeBack, { signal });
    document.addEventListener('resume', comeBack, { signal });
    document.addEventListener('visibilitychange', () => document.hidden || this.#comeBack(), { signal });
    addEventListener(
      'pagehide',
      () => {
        if (!this.#room) return;
        markCallClosed();
        // A page restored from the back/forward cache joins again.
        this.#stop(disconnectNotice(undefined), false);
      },
      { signal },
    );
  }

  #beat() {
    if (this.phase !== 'connected') return;
    this.#lastConnectedAt = Date.now();
    renewActiveCall();
  }

  /** Rejoins a call whose connection was lost. */
  #comeBack() {
    if (this.phase !== 'ended' || !this.ending?.retryable || this.#room) return;
    if (Date.now() - this.#lastConnectedAt < comeBackMs) void this.#connect(false);
    else this.ending = lostForLong;
  }

  #stop(ending: DisconnectNotice, retry = true) {
    this.#disconnect();
    // A retry that fails changes nothing on screen.
    if (!this.ending?.retryable || !ending.retryable) this.ending = ending;
    this.phase = 'ended';
    if (!ending.retryable) clearActiveCall();
    else if (retry && this.#lastConnectedAt > 0)
      this.#retry = setTimeout(() => this.#comeBack(), retryMs(this.#tries++));
  }

  #disconnect() {
    clearTimeout(this.#retry);
    this.#waiting?.abort();
    const room = this.#room;
    this.#room = undefined;
    this.#attendees = undefined;
    this.#hooks.onDisconnected();
    void room?.disconnect();
  }

  #release() {
    this.#letGo?.();
    this.#letGo = undefined;
  }
}

export type { Connection };

/** Creates a connection to a room, not yet joined. */
export const createConnection = (roomName: string, call: ActiveCall, hooks: Hooks) =>
  new Connection(roomName, call, hooks);
