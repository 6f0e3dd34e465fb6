import { UnsupportedMp4 } from './sample-table.ts';

/** When a track is shown: after a pause, from a time of its media on. */
export interface Edit {
  /** The pause before it, in the movie's timescale. */
  delay: number;
  /** The first time of the media that is shown, in the track's timescale. */
  mediaStart: number;
  /** How long it is shown, in the movie's timescale; to its end when absent. */
  length?: number;
}

/**
 * Reads an edit list (`elst`, ISO/IEC 14496-12, 8.6.6): pauses, then one stretch of the media, as encoders
 * write them.
 * @throws {UnsupportedMp4} for any other
 */
export function readEdit(elst: Buffer | undefined): Edit {
  if (!elst) return { delay: 0, mediaStart: 0 };
  const isWide = elst.readUInt8(0) === 1;
  const count = elst.readUInt32BE(4);
  let delay = 0;
  let at = 8;
  for (let index = 0; index < count; index += 1) {
    const length = isWide ? Number(elst.readBigUInt64BE(at)) : elst.readUInt32BE(at);
    const mediaStart = isWide ? Number(elst.readBigInt64BE(at + 8)) : elst.readInt32BE(at + 4);
    at += isWide ? 20 : 12;
    if (mediaStart < 0) delay += length;
    else {
      if (index !== count - 1) throw new UnsupportedMp4('a track is cut into several pieces');
      return { delay, mediaStart, ...(length > 0 && { length }) };
    }
  }
  return { delay, mediaStart: 0 };
}
