import type { Track } from 'livekit-client';
import type { Attachment } from 'svelte/attachments';

/** Plays a track in a media element for as long as the element is there. */
export const attachTrack =
  (track: Track): Attachment<HTMLMediaElement> =>
  (element) => {
    track.attach(element);
    return () => {
      track.detach(element);
    };
  };
