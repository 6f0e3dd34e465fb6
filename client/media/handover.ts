import type { DeviceKind } from './device-problem.ts';

/** A track of each device that is on. */
export type Tracks = Partial<Record<DeviceKind, MediaStreamTrack | undefined>>;

let onTheWay: Tracks = {};

/** Hands over what is on to the call that is entered next, so that no device goes off and on. */
export function handOver(tracks: Tracks): void {
  stopHandedOver();
  onTheWay = tracks;
}

/** What was handed over: from now on the caller's, to be stopped by it. */
export function takeOver(): Tracks {
  const tracks = onTheWay;
  onTheWay = {};
  return tracks;
}

/** Turns off what was handed over to a call that is not entered after all. */
export function stopHandedOver(): void {
  for (const track of Object.values(takeOver())) track?.stop();
}
