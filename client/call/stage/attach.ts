import type { Track } from 'livekit-client';
import type { Attachment } from 'svelte/attachments';

type MediaAttachment = Attachment<HTMLMediaElement>;

const attachments = new WeakMap<Track, MediaAttachment>();

const attachmentOf =
  (track: Track): MediaAttachment =>
  (element) => {
    track.attach(element);
    return () => {
      track.detach(element);
    };
  };

/**
 * Plays a track in a media element for as long as the element is there. The same track
 * has the same attachment: Svelte detaches and attaches whenever it is given another one,
 * and an element that is detached shows nothing until it has loaded again.
 */
export function attachTrack(track: Track): MediaAttachment {
  const known = attachments.get(track) ?? attachmentOf(track);
  attachments.set(track, known);
  return known;
}
