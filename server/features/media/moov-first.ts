import { box, boxesIn, fullBox, u32, u64 } from './mp4-boxes.ts';

/** A top-level box: the offsets of its start, its content and its end, in bytes. */
export interface TopBox {
  type: string;
  start: number;
  content: number;
  end: number;
}

/**
 * The plan to move a file's `moov` before its media: the new file has the first `front` bytes, then the
 * `moov`, then what followed it, then what was between `front` and the `moov`.
 */
export interface Move {
  /** Bytes. */
  size: number;
  front: number;
  moov: TopBox;
}

/** Top-level boxes without file offsets, but for `moov`. */
const movable = ['ftyp', 'free', 'skip', 'wide', 'mdat', 'moov'];

/** The boxes on the path from `moov` to the chunk offsets. */
const containers = ['trak', 'mdia', 'minf', 'stbl'];

/** Boxes within those with other kinds of offsets, or that refer to media elsewhere. */
const unmovable = ['cmov', 'meta', 'mvex', 'saio'];

/**
 * The boxes of a file of `size` bytes whose headers are in `bytes`, which begin at `start`, at a box; the
 * last may end after them. Stops at a broken box.
 */
export function topBoxes(bytes: Buffer, start: number, size: number): TopBox[] {
  const boxes: TopBox[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    const short = bytes.readUInt32BE(at);
    const isLong = short === 1;
    if (isLong && at + 16 > bytes.length) break;
    // Zero extends to the end of the file, so nothing could follow such a box.
    const open = type === 'moov' ? size - start - at : 0;
    const length = isLong ? Number(bytes.readBigUInt64BE(at + 8)) : short || open;
    const content = start + at + (isLong ? 16 : 8);
    const end = start + at + length;
    if (content > end || end > size) break;
    boxes.push({ type, start: start + at, content, end });
    at += length;
  }
  return boxes;
}

/** Whether the `moov` precedes the media, as far as a file's boxes are known. */
export function isFaststart(boxes: TopBox[]): boolean {
  return boxes.find(({ type }) => type === 'moov' || type === 'mdat')?.type === 'moov';
}

/** How to make a file of `size` bytes faststart, given all its boxes; undefined where it is, or cannot be. */
export function planMove(boxes: TopBox[], size: number): Move | undefined {
  const [moov, ...others] = boxes.filter(({ type }) => type === 'moov');
  if (!moov || others.length > 0 || isFaststart(boxes) || boxes.at(-1)?.end !== size) return undefined;
  if (boxes.some(({ type }) => !movable.includes(type))) return undefined;
  const [first] = boxes;
  return { size, front: first?.type === 'ftyp' ? first.end : 0, moov };
}

/** The new offset of `position`, given the new length of the `moov`. */
function movedPosition({ size, front, moov }: Move, length: number, position: number): number {
  if (position >= front && position < moov.start) return position + length + size - moov.end;
  if (position >= moov.end && position < size) return position - moov.end + front + length;
  throw new Error(`no media can be at ${position}`);
}

/** The chunk offsets in an `stco` or `co64` (ISO/IEC 14496-12, 8.7.5). */
function* positionsIn(type: string, content: Buffer): Generator<number> {
  const count = content.readUInt32BE(4);
  for (let index = 0; index < count; index += 1)
    yield type === 'stco'
      ? content.readUInt32BE(8 + 4 * index)
      : Number(content.readBigUInt64BE(8 + 8 * index));
}

/** The boxes in `bytes` with each chunk offset mapped by `move`; with `isWide` all in 64 bits. */
function withPositions(bytes: Buffer, isWide: boolean, move: (position: number) => number): Buffer {
  const boxes = [...boxesIn(bytes)];
  const length = boxes.reduce((sum, { whole }) => sum + whole.readUInt32BE(0), 0);
  if (length !== bytes.length) throw new Error('the sizes of the boxes in moov do not add up');
  return Buffer.concat(
    boxes.map(({ type, whole, content }) => {
      if (unmovable.includes(type)) throw new Error(`moov has an unsupported box ${type}`);
      if (containers.includes(type)) return box(type, withPositions(content, isWide, move));
      if (type !== 'stco' && type !== 'co64') return whole;
      const positions = [...positionsIn(type, content)].map(move);
      return isWide || type === 'co64'
        ? fullBox('co64', 0, 0, u32(positions.length), ...positions.map(u64))
        : fullBox('stco', 0, 0, u32(positions.length), ...positions.map(u32));
    }),
  );
}

/**
 * The `moov` of the faststart file, given the present one: its chunk offsets point to the same bytes. In a
 * file of 4 GiB or more they have 64 bits, since 32 bits may not suffice.
 * @throws {Error} where the `moov` is broken, or has unsupported boxes
 */
export function rewriteMoov(moov: Buffer, move: Move): Buffer {
  const content = moov.subarray(move.moov.content - move.moov.start);
  const isWide = move.size >= 2 ** 32;
  const { length } = box(
    'moov',
    withPositions(content, isWide, (position) => position),
  );
  return box(
    'moov',
    withPositions(content, isWide, (position) => movedPosition(move, length, position)),
  );
}
