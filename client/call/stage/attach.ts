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
 * An attachment that plays a track in a media element. It is the same function for the same track: Svelte would
 * detach and attach for a different one, and the element would be blank until it has loaded again.
 */
export function attachTrack(track: Track): MediaAttachment {
  const known = attachments.get(track) ?? attachmentOf(track);
  attachments.set(track, known);
  return known;
}
