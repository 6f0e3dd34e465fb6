/** A part of a box: numbers are written by {@link u32} and its like. */
type Parts = Uint8Array[];

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

export const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

/** A box (ISO/IEC 14496-12): its length, its type of four letters, its content. */
export const box = (type: string, ...parts: Parts): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([u32(8 + content.length), Buffer.from(type, 'latin1'), content]);
};

/** A brand of our own, which players ignore (ISO/IEC 14496-12, 4.3): a file that we made from segments has it. */
const rebuiltBrand = 'rrec';

/** The first box of a rebuilt file. */
export const rebuiltFtyp = box(
  'ftyp',
  Buffer.from('isom'),
  u32(0x200),
  Buffer.from(`isomiso2avc1mp41${rebuiltBrand}`),
);

/** Whether a file with these `first` bytes was rebuilt from segments. */
export const isRebuilt = (first: Uint8Array): boolean =>
  Buffer.from(first.buffer, first.byteOffset, Math.min(first.length, rebuiltFtyp.length)).equals(rebuiltFtyp);

/** A box whose content begins with a version and flags. */
export const fullBox = (type: string, version: number, flags: number, ...parts: Parts): Buffer =>
  box(type, u32(version * 2 ** 24 + flags), ...parts);

/** The consecutive boxes in `bytes`: each whole, and its content, as views. */
export function* boxesIn(bytes: Buffer): Generator<{ type: string; whole: Buffer; content: Buffer }> {
  for (let at = 0; at + 8 <= bytes.length;) {
    const end = at + bytes.readUInt32BE(at);
    if (end < at + 8) return;
    yield {
      type: bytes.toString('latin1', at + 4, at + 8),
      whole: bytes.subarray(at, end),
      content: bytes.subarray(at + 8, end),
    };
    at = end;
  }
}

/** The contents of the boxes at a path of types such as `moov/trak`, all of them. */
export function contentsAt(bytes: Buffer, path: string): Buffer[] {
  const [type, ...rest] = path.split('/');
  const found = [...boxesIn(bytes)].filter((inner) => inner.type === type).map(({ content }) => content);
  return rest.length === 0 ? found : found.flatMap((content) => contentsAt(content, rest.join('/')));
}

/** The content of the first box at a path. @throws {Error} where there is none */
export function contentAt(bytes: Buffer, path: string): Buffer {
  const [content] = contentsAt(bytes, path);
  if (!content) throw new Error(`no box ${path}`);
  return content;
}

/** A track's run of samples in a fragment. */
export interface Run {
  trackId: number;
  /** Where its data begins, counted from the beginning of the `moof`. */
  dataOffset: number;
  /** Bytes of each sample. */
  sizes: number[];
}

/** The runs of samples in a `moof` (ISO/IEC 14496-12, 8.8.7 and 8.8.8). */
export function runsOf(moof: Buffer): Run[] {
  return contentsAt(moof, 'moof/traf').map((traf) => {
    const tfhd = contentAt(traf, 'tfhd');
    const trun = contentAt(traf, 'trun');
    const defaults = tfhd.readUInt32BE(0);
    // Before the default size: base offset, description, duration, each if its flag is there.
    const sizeAt = 8 + (defaults & 0x1 ? 8 : 0) + (defaults & 0x2 ? 4 : 0) + (defaults & 0x8 ? 4 : 0);
    const flags = trun.readUInt32BE(0);
    const count = trun.readUInt32BE(4);
    const firstAt = 12 + (flags & 0x4 ? 4 : 0);
    const step = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
    const sizeWithin = flags & 0x100 ? 4 : 0;
    return {
      trackId: tfhd.readUInt32BE(4),
      dataOffset: trun.readUInt32BE(8),
      sizes: Array.from({ length: count }, (_, index) =>
        flags & 0x200 ? trun.readUInt32BE(firstAt + index * step + sizeWithin) : tfhd.readUInt32BE(sizeAt),
      ),
    };
  });
}
