import { wasReloaded } from '../app/was-reloaded.ts';
import { inCall, remembered, type PlaceKey } from '../lib/storage.ts';

/** Which of one's devices are on in a call. */
export interface Media {
  camera: boolean;
  microphone: boolean;
}

/** How one goes into a call. */
export interface Entry extends Media {
  /** One wishes the room to be recorded as soon as two people are in it. */
  autoRecord: boolean;
}

/** What the room page needs to enter a call. */
export interface Call extends Entry {
  name: string;
  cameraId: string | undefined;
  microphoneId: string | undefined;
}

/** A participant's place in a room: who has its token takes it again, and is not a second participant. */
export interface Place {
  room: string;
  /** What the participant is called. */
  name: string;
  identity: string;
  token: string;
}

/** How long, in ms, a call that a tab was in is gone back to without a click. */
const resumableMs = 60_000;

/**
 * Whether a tab that was in a call goes back to it by itself: after a reload, or after a
 * crash, which leaves the call unclosed; not where it was closed and opened again, nor later.
 * @param at when it was last known to be in the call, in ms since 1970
 */
export const isResumable = (
  { at, isClosed }: { at: number; isClosed: boolean },
  { now, isReload }: { now: number; isReload: boolean },
): boolean => (isReload || !isClosed) && now - at >= 0 && now - at < resumableMs;

function survivor(): string | undefined {
  const at = Number(inCall.get('call.at') ?? Number.NaN);
  const isClosed = inCall.get('call.closed') !== undefined;
  if (!isResumable({ at, isClosed }, { now: Date.now(), isReload: wasReloaded() })) return undefined;
  return inCall.get('call.room');
}

/** The room that this tab is in, or was in when its page was loaded. */
let current = survivor();

/** Notes that this tab is in a call: these devices on, and that wish not yet fulfilled. */
export function enterCall(roomName: string, { camera, microphone, autoRecord }: Entry): void {
  current = roomName;
  inCall.set('call.room', roomName);
  inCall.set('call.camera', String(camera));
  inCall.set('call.microphone', String(microphone));
  inCall.set('call.autoRecord', String(autoRecord));
  touch();
}

/** Notes that this tab is connected to its call. */
export function renewCall(): void {
  isConnected = true;
  touch();
}

function touch(): void {
  inCall.set('call.at', String(Date.now()));
  inCall.set('call.closed', undefined);
}

/** Notes that the page is going: only a reload comes back by itself. */
export function closeCall(): void {
  inCall.set('call.closed', 'true');
}

/** Notes that this tab is in no call any more. */
export function leaveCall(): void {
  current = undefined;
  isConnected = false;
  inCall.set('call.at', undefined);
}

let isConnected = false;

/** Whether this tab is connected to a call. */
export const isInCall = (): boolean => isConnected;

/** Whether this tab is in a call in that room: it was joined, or the page was reloaded in the middle of it. */
export function canEnter(roomName: string): boolean {
  return current === roomName && Boolean(remembered.get('name'));
}

/** Who one is in the call, and with which devices. */
export function currentCall(): Call {
  return {
    name: remembered.get('name') ?? '',
    camera: inCall.get('call.camera') === 'true',
    microphone: inCall.get('call.microphone') === 'true',
    autoRecord: inCall.get('call.autoRecord') === 'true',
    cameraId: remembered.get('cameraId'),
    microphoneId: remembered.get('microphoneId'),
  };
}

const placeKeys: readonly PlaceKey[] = ['room', 'name', 'identity', 'token'];
const stores = [inCall, remembered];

/** The place in that room that this tab has or had, or else this browser; nothing where it was given up. */
export function placeIn(roomName: string): Place | undefined {
  for (const store of stores) {
    const [room, name, identity, token] = placeKeys.map((key) => store.get(`place.${key}`));
    if (room === roomName && name && identity && token) return { room, name, identity, token };
  }
  return undefined;
}

/** Keeps a place, for this tab and for whoever comes back in another. */
export function keepPlace(place: Place): void {
  for (const store of stores) for (const key of placeKeys) store.set(`place.${key}`, place[key]);
}

/** Gives up a place: with its token nobody comes back to it from this browser. */
export function giveUpPlace({ identity }: Place): void {
  for (const store of stores) {
    if (store.get('place.identity') === identity)
      for (const key of placeKeys) store.set(`place.${key}`, undefined);
  }
}
