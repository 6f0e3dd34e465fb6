import { wasReloaded } from '../app/was-reloaded.ts';
import { activeCall, remembered, type PlaceKey } from '../lib/storage.ts';

/** Which devices are on in a call. */
export interface DeviceChoices {
  camera: boolean;
  microphone: boolean;
}

/** How the user joins a call. */
export interface JoinChoices extends DeviceChoices {
  /** The user asks for the room to be recorded as soon as two people are in it. */
  autoRecord: boolean;
}

/** What the room page needs to enter a call. */
export interface ActiveCall extends JoinChoices {
  name: string;
  cameraId: string | undefined;
  microphoneId: string | undefined;
}

/** A participant's place in a room: with its token the client becomes the same participant again, not a second one. */
export interface Place {
  room: string;
  /** The participant's name. */
  name: string;
  identity: string;
  token: string;
}

/** How long after the last connection a tab rejoins its call by itself, in ms. */
const resumableMs = 60_000;

/**
 * Whether a tab that was in a call rejoins it by itself: after a reload or a crash; not after it was closed, nor
 * after too long.
 * @param at when it was last known to be in the call, in ms since 1970
 */
export const isResumable = (
  { at, isClosed }: { at: number; isClosed: boolean },
  { now, isReload }: { now: number; isReload: boolean },
): boolean => (isReload || !isClosed) && now - at >= 0 && now - at < resumableMs;

function survivor(): string | undefined {
  const at = Number(activeCall.get('call.at') ?? Number.NaN);
  const isClosed = activeCall.get('call.closed') !== undefined;
  if (!isResumable({ at, isClosed }, { now: Date.now(), isReload: wasReloaded() })) return undefined;
  return activeCall.get('call.room');
}

/** The room that this tab is in, or was in when its page was loaded. */
let current = survivor();

/** Saves that this tab is in a call, with these devices and auto-record pending or not. */
export function saveActiveCall(roomName: string, { camera, microphone, autoRecord }: JoinChoices): void {
  current = roomName;
  activeCall.set('call.room', roomName);
  activeCall.set('call.camera', String(camera));
  activeCall.set('call.microphone', String(microphone));
  activeCall.set('call.autoRecord', String(autoRecord));
  touch();
}

/** Saves that this tab is connected to its call. */
export function renewActiveCall(): void {
  isConnected = true;
  touch();
}

function touch(): void {
  activeCall.set('call.at', String(Date.now()));
  activeCall.set('call.closed', undefined);
}

/** Saves that the page was closed: only a reload goes back to the call by itself. */
export function markCallClosed(): void {
  activeCall.set('call.closed', 'true');
}

/** Clears the saved call: this tab is in none. */
export function clearActiveCall(): void {
  current = undefined;
  isConnected = false;
  activeCall.set('call.at', undefined);
}

let isConnected = false;

/** Whether this tab is connected to a call. */
export const isInCall = (): boolean => isConnected;

/** Whether this tab is in a call in that room: it was joined, or the page was reloaded in the middle of it. */
export function hasActiveCall(roomName: string): boolean {
  return current === roomName && Boolean(remembered.get('name'));
}

/** The user's name and devices in the call. */
export function currentCall(): ActiveCall {
  return {
    name: remembered.get('name') ?? '',
    camera: activeCall.get('call.camera') === 'true',
    microphone: activeCall.get('call.microphone') === 'true',
    autoRecord: activeCall.get('call.autoRecord') === 'true',
    cameraId: remembered.get('cameraId'),
    microphoneId: remembered.get('microphoneId'),
  };
}

const placeKeys: readonly PlaceKey[] = ['room', 'name', 'identity', 'token'];
const stores = [activeCall, remembered];

/** The stored place in a room of this tab, or else of this browser; undefined where it was given up. */
export function placeIn(roomName: string): Place | undefined {
  for (const store of stores) {
    const [room, name, identity, token] = placeKeys.map((key) => store.get(`place.${key}`));
    if (room === roomName && name && identity && token) return { room, name, identity, token };
  }
  return undefined;
}

/** Stores a place, for this tab and for another one that rejoins. */
export function keepPlace(place: Place): void {
  for (const store of stores) for (const key of placeKeys) store.set(`place.${key}`, place[key]);
}

/** Deletes a stored place: this browser does not rejoin with its token. */
export function giveUpPlace({ identity }: Place): void {
  for (const store of stores) {
    if (store.get('place.identity') === identity)
      for (const key of placeKeys) store.set(`place.${key}`, undefined);
  }
}
