import { CustomSource, EncodedPacketSink, Input, MP4 } from 'mediabunny';
import { ReelroomError } from '../../../errors.ts';
import type { Storage } from '../../../plugins/storage/storage.ts';

/** What a media file says of itself. */
export interface MediaInfo {
  /** Bytes. */
  size: number;
  /** When its last picture or sound is over. */
  durationMs: number;
  /** The picture as it is shown, in pixels; absent where there is none. */
  width?: number;
  height?: number;
  hasAudio: boolean;
}

/** How much is read of a file first: what the library asks for first, so that it is there already. */
const firstBytes = 2 ** 17;

/**
 * Looks into the MP4 at `key`: its boxes, and the last picture and the last sound, which
 * are not there when it was cut. By ranged requests: three or four for a file that is not
 * fragmented, each of some 100 KiB, and of all its tables (4 MB for an hour); one per
 * fragment for a fragmented file without an index, which neither Egress nor we make.
 * @returns nothing where there is no such object, or none that can be played
 * @throws {ReelroomError} STORAGE_UNAVAILABLE
 */
export async function inspectMedia(
  storage: Pick<Storage, 'getPart'>,
  key: string,
): Promise<MediaInfo | undefined> {
  const first = await storage.getPart(key, 0, firstBytes);
  if (!first) return undefined;
  const { size } = first;

  const input = new Input({
    formats: [MP4],
    source: new CustomSource({
      getSize: () => size,
      async read(start, end) {
        if (end <= first.bytes.length) return first.bytes.subarray(start, end);
        const part = await storage.getPart(key, start, end);
        if (!part) throw new Error('the object is gone');
        return part.bytes;
      },
      prefetchProfile: 'fileSystem',
      // Of reads that nobody waits for any more.
      handleUnhandledError: () => undefined,
    }),
  });
  try {
    const tracks = await input.getTracks();
    const ends = await Promise.all(
      tracks.map(async (track) => {
        const last = await new EncodedPacketSink(track).getPacket(Number.POSITIVE_INFINITY);
        if (!last) throw new Error('an empty track');
        return last.timestamp + last.duration;
      }),
    );
    if (ends.length === 0) return undefined;
    const video = await input.getPrimaryVideoTrack();
    return {
      size,
      durationMs: Math.round(Math.max(...ends) * 1_000),
      ...(video && { width: await video.getDisplayWidth(), height: await video.getDisplayHeight() }),
      hasAudio: (await input.getPrimaryAudioTrack()) !== null,
    };
  } catch (error) {
    if (error instanceof ReelroomError) throw error;
    return undefined;
  } finally {
    input.dispose();
  }
}
