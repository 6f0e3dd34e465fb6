import { m } from '../messages/messages.ts';

/** Toggles picture-in-picture of a video; returns a message where it is not available. */
export async function togglePictureInPicture(
  video: Pick<HTMLVideoElement, 'requestPictureInPicture'>,
): Promise<string> {
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await video.requestPictureInPicture();
    return '';
  } catch {
    // Unsupported or refused: a page may not be allowed to, and audio alone has no picture.
    return m.picture_in_picture_unavailable;
  }
}
