import { m } from '../messages/messages.ts';

/** Shows a video in a window of its own, or on its page again: what to tell where that cannot be. */
export async function togglePictureInPicture(
  video: Pick<HTMLVideoElement, 'requestPictureInPicture'>,
): Promise<string> {
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await video.requestPictureInPicture();
    return '';
  } catch {
    // The browser has none, or refuses it: a page may be forbidden it, and sound alone has no picture.
    return m.picture_in_picture_unavailable;
  }
}
