import { CustomSource, EncodedPacketSink, Input, MP4 } from 'mediabunny';
import { ReelroomError } from '../../lib/errors.ts';
import { ConditionNotMet } from '../../adapters/s3/conditions.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';

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

/** What is at a recording's key. */
export interface Inspection {
  /** Of the object that was looked into, so that it can be replaced, and no other. */
  etag: string | undefined;
  /** Nothing where it cannot be played. */
  media: MediaInfo | undefined;
}

type Readable = Pick<Storage, 'getPart'>;

/** What the MP4 says of itself whose `first` bytes are these; throws where it cannot be played. */
async function readTracks(
  storage: Readable,
  key: string,
  first: { bytes: Uint8Array; size: number; etag?: string | undefined },
): Promise<MediaInfo | undefined> {
  const { size } = first;
  const input = new Input({
    formats: [MP4],
    source: new CustomSource({
      getSize: () => size,
      async read(start, end) {
        if (end <= first.bytes.length) return first.bytes.subarray(start, end);
        const part = await storage.getPart(key, start, end, first.etag);
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
  } finally {
    input.dispose();
  }
}

/**
 * Looks into the object at `key`, an MP4: its boxes, and the last picture and the last sound, which
 * are not there when it was cut. By ranged requests: three or four for a file that is not
 * fragmented, each of some 100 KiB, and of all its tables (4 MB for an hour); one per
 * fragment for a fragmented file without an index, which neither Egress nor we make; one
 * more where there is no object, or an empty one.
 * @returns nothing where there is no such object
 * @throws {ReelroomError} STORAGE_UNAVAILABLE
 * @throws {ConditionNotMet} where it is replaced meanwhile
 */
export async function inspectObject(
  storage: Readable & Pick<Storage, 'head'>,
  key: string,
): Promise<Inspection | undefined> {
  const first = await storage.getPart(key, 0, firstBytes);
  if (!first) {
    const { status, contentLength, etag } = await storage.head(key);
    if (status === 200 && contentLength !== 0) throw new ConditionNotMet('it was written just now');
    return status === 200 ? { etag, media: undefined } : undefined;
  }
  return { etag: first.etag, media: await playable(readTracks(storage, key, first)) };
}

/** What `reading` says; nothing where it says that the file cannot be played. */
const playable = (reading: Promise<MediaInfo | undefined>): Promise<MediaInfo | undefined> =>
  reading.catch((error: unknown) => {
    if (error instanceof ReelroomError || error instanceof ConditionNotMet) throw error;
    return undefined;
  });

/** As {@link inspectObject}; nothing also where there is an object that cannot be played, or an empty one. */
export async function inspectMedia(storage: Readable, key: string): Promise<MediaInfo | undefined> {
  const first = await storage.getPart(key, 0, firstBytes);
  return first && playable(readTracks(storage, key, first));
}
