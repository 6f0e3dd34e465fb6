import {
  BufferSource,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  Mp4OutputFormat,
  MPEG_TS,
  NullTarget,
  Output,
  type EncodedPacket,
  type InputTrack,
} from 'mediabunny';
import { runsOf } from './mp4-boxes.ts';

/** The size of MPEG-TS packets, in bytes. */
const tsPacketBytes = 188;

interface TrackMedia<Config> {
  /** In the order of decoding, with times in seconds. */
  packets: EncodedPacket[];
  decoderConfig: Config;
}

/** What a segment of a recording holds; H.264 and AAC, as Egress makes them. */
export interface SegmentMedia {
  video?: TrackMedia<VideoDecoderConfig> | undefined;
  audio?: TrackMedia<AudioDecoderConfig> | undefined;
  /** The start of the first packet and the end of the last, in seconds by the segment's own clock. */
  start: number;
  end: number;
}

/** A segment's media in MP4's form. */
export interface Fragment {
  /** The codec descriptions of all tracks, without samples. */
  moov: Buffer;
  /** The samples' bytes, in decoding order. */
  video: Buffer[];
  audio: Buffer[];
}

/** Which tracks a file has. */
export interface Tracks {
  hasVideo: boolean;
  hasAudio: boolean;
}

/**
 * The packets of a track up to the first unreadable one. In a cut segment the last packet is incomplete, too.
 */
async function readPackets(track: InputTrack, isCut: boolean): Promise<EncodedPacket[]> {
  const sink = new EncodedPacketSink(track);
  const packets: EncodedPacket[] = [];
  try {
    // Packets before the first key frame cannot be decoded.
    let packet = await sink.getFirstKeyPacket();
    for (; packet; packet = await sink.getNextPacket(packet)) packets.push(packet);
  } catch {
    return packets.slice(0, -1);
  }
  return isCut ? packets.slice(0, -1) : packets;
}

/** Reads an MPEG-TS segment, a cut one as far as possible; undefined where it has no media. */
export async function readSegment(segment: Uint8Array): Promise<SegmentMedia | undefined> {
  const isCut = segment.length % tsPacketBytes !== 0;
  const input = new Input({ formats: [MPEG_TS], source: new BufferSource(segment) });

  async function read<Config>(track: InputTrack | null, getDecoderConfig?: Promise<Config | null>) {
    const decoderConfig = await getDecoderConfig;
    if (!track || !decoderConfig) return undefined;
    const packets = await readPackets(track, isCut);
    return packets.length > 0 ? { packets, decoderConfig } : undefined;
  }
  try {
    const videoTrack = await input.getPrimaryVideoTrack();
    const audioTrack = await input.getPrimaryAudioTrack();
    const video = await read(videoTrack, videoTrack?.getDecoderConfig());
    const audio = await read(audioTrack, audioTrack?.getDecoderConfig());
    const packets = [...(video?.packets ?? []), ...(audio?.packets ?? [])];
    if (packets.length === 0) return undefined;
    return {
      video,
      audio,
      start: Math.min(...packets.map(({ timestamp }) => timestamp)),
      end: Math.max(...packets.map(({ timestamp, duration }) => timestamp + duration)),
    };
  } catch {
    return undefined;
  } finally {
    input.dispose();
  }
}

/** The samples of a track in a fragment. */
function samplesOf(moof: Buffer, mdat: Buffer, trackId: number): Buffer[] {
  const run = runsOf(moof).find((run) => run.trackId === trackId);
  if (!run) return [];
  let at = run.dataOffset - moof.length;
  return run.sizes.map((size) => mdat.subarray(at, (at += size)));
}

/** Converts a segment's media for a file with these tracks; undefined where its packets are invalid. */
export async function toFragment(
  { video, audio }: SegmentMedia,
  tracks: Tracks,
): Promise<Fragment | undefined> {
  const boxes: { moov?: Buffer; moof?: Buffer; mdat?: Buffer } = {};
  const output = new Output({
    format: new Mp4OutputFormat({
      fastStart: 'fragmented',
      minimumFragmentDuration: Number.MAX_SAFE_INTEGER,
      onMoov: (data) => (boxes.moov = Buffer.from(data)),
      onMoof: (data) => (boxes.moof = Buffer.from(data)),
      onMdat: (data) => (boxes.mdat = Buffer.from(data)),
    }),
    target: new NullTarget(),
  });
  const videoSource = new EncodedVideoPacketSource('avc');
  const audioSource = new EncodedAudioPacketSource('aac');
  // Always in this order, which determines the track ids.
  if (tracks.hasVideo) output.addVideoTrack(videoSource);
  if (tracks.hasAudio) output.addAudioTrack(audioSource);
  try {
    await output.start();
    if (tracks.hasVideo && video) for (const packet of video.packets) await videoSource.add(packet, video);
    if (tracks.hasAudio && audio) for (const packet of audio.packets) await audioSource.add(packet, audio);
    await output.finalize();
  } catch {
    return undefined;
  }
  const { moov, moof, mdat } = boxes;
  return (
    moov &&
    moof &&
    mdat && {
      moov,
      video: tracks.hasVideo ? samplesOf(moof, mdat, 1) : [],
      audio: tracks.hasAudio ? samplesOf(moof, mdat, tracks.hasVideo ? 2 : 1) : [],
    }
  );
}
