import { box, contentAt, contentsAt, fullBox, u32, u64 } from './mp4-boxes.ts';

/** The bytes of an edit (ISO/IEC 14496-12, 8.6.6, version 1) in which nothing is shown. */
export const emptyEdit = (length: number): Buffer =>
  Buffer.concat([u64(length), Buffer.alloc(8, 0xff), u32(0x10000)]);

/** The bytes of an edit that shows the media from `start` on. */
export const edit = (length: number, start: number): Buffer =>
  Buffer.concat([u64(length), u64(start), u32(0x10000)]);

/**
 * A `trak` (ISO/IEC 14496-12, 8.3.1) with a sample table of its own, and what another says of codecs and picture.
 * @param like the content of the other `trak`
 * @param length in the movie's timescale
 * @param edits from {@link edit} and {@link emptyEdit}
 * @param media its timescale and its length in that, and the last four bytes of the `mdhd`: the language
 * @param table the boxes of the sample table, without `stsd`
 */
export function trakLike(
  like: Buffer,
  {
    length,
    edits,
    media,
    table,
  }: {
    length: number;
    edits: Buffer[];
    media: { timescale: number; length: number; language: Buffer };
    table: Buffer[];
  },
): Buffer {
  const tkhd = contentAt(like, 'tkhd');
  const id = tkhd.readUInt8(0) === 1 ? tkhd.subarray(20, 28) : tkhd.subarray(12, 20);
  const info = contentAt(like, 'mdia/minf');
  return box(
    'trak',
    // Enabled, in the movie.
    fullBox('tkhd', 1, 3, u64(0), u64(0), id, u64(length), tkhd.subarray(-60)),
    box('edts', fullBox('elst', 1, 0, u32(edits.length), ...edits)),
    box(
      'mdia',
      fullBox('mdhd', 1, 0, u64(0), u64(0), u32(media.timescale), u64(media.length), media.language),
      box('hdlr', contentAt(like, 'mdia/hdlr')),
      box(
        'minf',
        ...['vmhd', 'smhd', 'dinf'].flatMap((type) => contentsAt(info, type).map((each) => box(type, each))),
        box('stbl', box('stsd', contentAt(info, 'stbl/stsd')), ...table),
      ),
    ),
  );
}

/** An `mvhd` (ISO/IEC 14496-12, 8.2.2), with volume, matrix and track ids of another. */
export const mvhdLike = (
  mvhd: Buffer,
  { timescale, length }: { timescale: number; length: number },
): Buffer => fullBox('mvhd', 1, 0, u64(0), u64(0), u32(timescale), u64(length), mvhd.subarray(-80));
