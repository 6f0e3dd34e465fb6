import type { EncodedPacket } from 'mediabunny';
import type { WriteCondition } from '../../adapters/s3/conditions.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { toFragment, type SegmentMedia, type Tracks } from './fragment.ts';
import { rebuiltFtyp as ftyp, u32, u64 } from './mp4-boxes.ts';
import { createParts } from './parts.ts';
import { createTrackTable, finishMoov, mediaTimescale, type Sample, type TrackTable } from './track-table.ts';

/** MPEG-TS timestamps have 33 bits, and wrap around after 26.5 hours. */
const clockSeconds = 2 ** 33 / mediaTimescale;

/** The largest gap between two consecutive segments, in seconds. */
const seamSeconds = 0.5;

/** The length of interleaved chunks of video and audio. */
const chunkDuration = mediaTimescale;

/** The header of an `mdat` with `bytes` of content; its length is constant. */
const mdatHeader = (bytes: number): Buffer => Buffer.concat([u32(1), Buffer.from('mdat'), u64(16 + bytes)]);

const headBytes = ftyp.length + mdatHeader(0).length;

/** The samples of packets, given their bytes; `shift` seconds later than the packets say. */
function samplesOf(packets: EncodedPacket[], bytes: Buffer[], shift: number): Sample[] {
  const toTime = (seconds: number) => Math.round(seconds * mediaTimescale);
  const shown = packets.map(({ timestamp }) => toTime(timestamp + shift));
  // Of decoding only the order is known. The times are those of showing, in that order.
  const decoded = shown.toSorted((one, other) => one - other);
  return packets.map(({ type, duration }, index) => ({
    data: bytes[index] ?? Buffer.alloc(0),
    decodedAt: decoded[index] ?? 0,
    shownAt: shown[index] ?? 0,
    duration: toTime(duration),
    isKey: type === 'key',
  }));
}

interface Chunk {
  table: TrackTable;
  start: number;
  samples: Sample[];
}

/** `samples` of a track in pieces of {@link chunkDuration}. */
function chunksOf(table: TrackTable, samples: Sample[]): Chunk[] {
  const chunks: Chunk[] = [];
  for (const sample of samples) {
    const chunk = chunks.at(-1);
    if (chunk && sample.decodedAt - chunk.start < chunkDuration) chunk.samples.push(sample);
    else chunks.push({ table, start: sample.decodedAt, samples: [sample] });
  }
  return chunks;
}

/** Whether `samples` come after all that `table` has. */
const follows = (samples: Sample[], table: TrackTable): boolean =>
  samples.every(({ decodedAt }) => decodedAt > table.lastDecoded());

/**
 * An MP4 assembled from segments and uploaded to the object `key`. Its times begin at zero; its `moov` is at
 * the end, as Egress writes it. Memory: that of {@link createParts} and {@link createTrackTable}. Each method
 * throws STORAGE_UNAVAILABLE when S3 is unavailable; call `abort` then.
 */
export function createMp4Upload(storage: Storage, key: string) {
  const video = createTrackTable();
  const audio = createTrackTable();
  let mediaBytes = 0;
  /** Total length of gaps where segments are missing, in seconds. */
  let gaps = 0;

  async function begin(clockStart: number, tracks: Tracks, moov: Buffer) {
    const upload = await storage.startUpload(key, 'video/mp4');
    return { clockStart, tracks, moov, upload, parts: createParts(upload, headBytes) };
  }
  let file: Awaited<ReturnType<typeof begin>> | undefined;

  /** Seconds. */
  const end = () => Math.max(video.end(), audio.end()) / mediaTimescale;

  return {
    /** Adds a segment at the time of its own clock; false where it does not fit. */
    async add(media: SegmentMedia): Promise<boolean> {
      // The first segment determines the tracks.
      const tracks = file?.tracks ?? {
        hasVideo: media.video !== undefined,
        hasAudio: media.audio !== undefined,
      };
      const fragment = await toFragment(media, tracks);
      if (!fragment) return false;

      const clockStart = file?.clockStart ?? media.start;
      const turns = Math.round((clockStart + end() - media.start) / clockSeconds);
      const shift = turns * clockSeconds - clockStart;
      const pictures = tracks.hasVideo ? samplesOf(media.video?.packets ?? [], fragment.video, shift) : [];
      const sounds = tracks.hasAudio ? samplesOf(media.audio?.packets ?? [], fragment.audio, shift) : [];
      if (!follows(pictures, video) || !follows(sounds, audio)) return false;

      const gap = media.start + shift - end();
      if (gap > seamSeconds) gaps += gap;
      file ??= await begin(clockStart, tracks, fragment.moov);
      const chunks = [...chunksOf(video, pictures), ...chunksOf(audio, sounds)];
      for (const { table, samples } of chunks.sort((one, other) => one.start - other.start)) {
        table.addChunk(headBytes + mediaBytes, samples);
        for (const { data } of samples) {
          await file.parts.write(data);
          mediaBytes += data.length;
        }
      }
      return true;
    },

    /** Completes the upload, if the condition holds; undefined where nothing was added. */
    async finish(
      condition: WriteCondition,
    ): Promise<{ durationMs: number; gapMs: number; size: number } | undefined> {
      if (!file) return undefined;
      const { tracks, moov, upload, parts } = file;
      await parts.write(
        finishMoov(moov, [...(tracks.hasVideo ? [video] : []), ...(tracks.hasAudio ? [audio] : [])]),
      );
      const size = await parts.end(Buffer.concat([ftyp, mdatHeader(mediaBytes)]));
      await upload.complete(condition);
      return { durationMs: Math.round(end() * 1_000), gapMs: Math.round(gaps * 1_000), size };
    },

    /** Discards the upload: the object is unchanged. */
    async abort(): Promise<void> {
      await file?.upload.abort();
    },
  };
}
