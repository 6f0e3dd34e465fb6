import { CustomSource, EncodedPacketSink, Input, MP4 } from 'mediabunny';
import { ReelroomError } from '../../lib/errors.ts';
import { ConditionNotMet } from '../../adapters/s3/conditions.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { isRebuilt } from './mp4-boxes.ts';

/** The metadata of a media file. */
export interface MediaInfo {
  /** Bytes. */
  size: number;
  /** The end of its last sample. */
  durationMs: number;
  /** The displayed picture's size in pixels; absent without video. */
  width?: number;
  height?: number;
  hasAudio: boolean;
  /** Whether we made it from segments. */
  isRebuilt: boolean;
}

/** How much of a file is read first: covers the first reads of the MP4 library. */
const firstBytes = 2 ** 17;

/** The result of inspecting an object. */
export interface Inspection {
  /** The inspected object's ETag, for a conditional replacement. */
  etag: string | undefined;
  /** Undefined where it cannot be played. */
  media: MediaInfo | undefined;
}

type Readable = Pick<Storage, 'getPart'>;

/** The metadata of an MP4 with these `first` bytes; throws where it cannot be played. */
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
      // For reads that are no longer awaited.
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
      isRebuilt: isRebuilt(first.bytes),
    };
  } finally {
    input.dispose();
  }
}

/**
 * Inspects the MP4 at `key`: its boxes, and the last sample of each track, which is missing in a cut file. By
 * ranged GETs: three or four for a file that is not fragmented, each of some 100 KiB, and of its whole `moov`
 * (4 MB for an hour); one per fragment for a fragmented file without an index, which neither Egress nor we
 * write; one HEAD more where there is no object, or an empty one.
 * @returns undefined where there is no such object
 * @throws {ReelroomError} STORAGE_UNAVAILABLE
 * @throws {ConditionNotMet} where it is replaced concurrently
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

/** The result of `reading`; undefined where the file cannot be played. */
const playable = (reading: Promise<MediaInfo | undefined>): Promise<MediaInfo | undefined> =>
  reading.catch((error: unknown) => {
    if (error instanceof ReelroomError || error instanceof ConditionNotMet) throw error;
    return undefined;
  });

/** The media of {@link inspectObject}; undefined also where there is no object. */
export async function inspectMedia(storage: Readable, key: string): Promise<MediaInfo | undefined> {
  const first = await storage.getPart(key, 0, firstBytes);
  return first && playable(readTracks(storage, key, first));
}
