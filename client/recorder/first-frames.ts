import { Track, type Room } from 'livekit-client';

const showsFrame = (element: HTMLMediaElement) =>
  element instanceof HTMLVideoElement &&
  element.videoWidth > 0 &&
  element.readyState >= element.HAVE_CURRENT_DATA;

/** Whether every picture that is published in the room is on the page. */
const areAllShown = (room: Room) =>
  [...room.remoteParticipants.values()]
    .flatMap((participant) => [...participant.videoTrackPublications.values()])
    .filter(({ kind, isMuted }) => kind === Track.Kind.Video && !isMuted)
    .every(({ track }) => track?.attachedElements.some(showsFrame));

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until every published picture is on the page, but no longer than `atMost` ms; not at all when there is none. */
export async function firstFrames(room: Room, atMost: number): Promise<void> {
  const end = performance.now() + atMost;
  while (!areAllShown(room) && performance.now() < end) await pause(40);
}
