import { Track, type Room } from 'livekit-client';

const showsFrame = (element: HTMLMediaElement) =>
  element instanceof HTMLVideoElement &&
  element.videoWidth > 0 &&
  element.readyState >= element.HAVE_CURRENT_DATA;

/** Of each picture in the room that is to be recorded, whether it is on the page. */
const whichAreShown = (room: Room) =>
  [...room.remoteParticipants.values()]
    .flatMap((participant) => [...participant.videoTrackPublications.values()])
    .filter(({ kind, isMuted, isDesired }) => kind === Track.Kind.Video && !isMuted && isDesired)
    .map(({ track }) => Boolean(track?.attachedElements.some(showsFrame)));

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Waits until every published picture is on the page, or, unless `all`, any one of them; but
 * no longer than `atMost` ms, and not at all when there is none.
 */
export async function firstFrames(
  room: Room,
  { all, atMost }: { all: boolean; atMost: number },
): Promise<void> {
  const isDone = () => {
    const shown = whichAreShown(room);
    return all ? shown.every(Boolean) : shown.length === 0 || shown.includes(true);
  };
  const end = performance.now() + atMost;
  while (!isDone() && performance.now() < end) await pause(10);
}
