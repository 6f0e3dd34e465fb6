import { box, boxesIn, fullBox, u32, u64 } from './mp4-boxes.ts';

/** A box at the top of a file: where it begins, where its content does, and where it ends, in bytes. */
export interface TopBox {
  type: string;
  start: number;
  content: number;
  end: number;
}

/**
 * How the tables of a file (its `moov`) come to stand before its media: the file begins
 * with its first `front` bytes, then come the tables, then what stood behind them, and
 * then all that was between `front` and them.
 */
export interface Move {
  /** Bytes. */
  size: number;
  front: number;
  moov: TopBox;
}

/** The boxes of which we know that nothing in them, but for the tables, says where in the file something is. */
const movable = ['ftyp', 'free', 'skip', 'wide', 'mdat', 'moov'];

/** The boxes that lead to the positions of media, from the tables on. */
const containers = ['trak', 'mdia', 'minf', 'stbl'];

/** Boxes within those that have positions of another kind, or say that there are more elsewhere. */
const unmovable = ['cmov', 'meta', 'mvex', 'saio'];

/**
 * The boxes of a file of `size` bytes whose headers are in `bytes`, which begin at
 * `start` and at a box; the last may end behind them. A broken one, and all behind it, is left out.
 */
export function topBoxes(bytes: Buffer, start: number, size: number): TopBox[] {
  const boxes: TopBox[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    const short = bytes.readUInt32BE(at);
    const isLong = short === 1;
    if (isLong && at + 16 > bytes.length) break;
    // Zero is to the end of the file: what is open like that could not stand before anything else.
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

/** Whether the tables stand before all media, as far as a file's boxes are known. */
export function isFaststart(boxes: TopBox[]): boolean {
  return boxes.find(({ type }) => type === 'moov' || type === 'mdat')?.type === 'moov';
}

/** How to have the tables of a file of `size` bytes first, given all its boxes; nothing where they are, or cannot be. */
export function planMove(boxes: TopBox[], size: number): Move | undefined {
  const [moov, ...others] = boxes.filter(({ type }) => type === 'moov');
  if (!moov || others.length > 0 || isFaststart(boxes) || boxes.at(-1)?.end !== size) return undefined;
  if (boxes.some(({ type }) => !movable.includes(type))) return undefined;
  const [first] = boxes;
  return { size, front: first?.type === 'ftyp' ? first.end : 0, moov };
}

/** Where that what stood at `position` stands once the tables, then `length` bytes, are first. */
function movedPosition({ size, front, moov }: Move, length: number, position: number): number {
  if (position >= front && position < moov.start) return position + length + size - moov.end;
  if (position >= moov.end && position < size) return position - moov.end + front + length;
  throw new Error(`no media can be at ${position}`);
}

/** Positions of media: the content of an `stco`, or of a `co64` (ISO/IEC 14496-12, 8.7.5). */
function* positionsIn(type: string, content: Buffer): Generator<number> {
  const count = content.readUInt32BE(4);
  for (let index = 0; index < count; index += 1)
    yield type === 'stco'
      ? content.readUInt32BE(8 + 4 * index)
      : Number(content.readBigUInt64BE(8 + 8 * index));
}

/** The boxes in `bytes`, each position in them put through `move`; with `isWide` all have 64 bits. */
function withPositions(bytes: Buffer, isWide: boolean, move: (position: number) => number): Buffer {
  const boxes = [...boxesIn(bytes)];
  const length = boxes.reduce((sum, { whole }) => sum + whole.readUInt32BE(0), 0);
  if (length !== bytes.length) throw new Error('the boxes of the tables do not add up');
  return Buffer.concat(
    boxes.map(({ type, whole, content }) => {
      if (unmovable.includes(type)) throw new Error(`the tables have a ${type}`);
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
 * The tables, given those of now (a whole `moov`), as they are once they are first: the
 * positions in them are those of the same bytes. In a file of 4 GiB or more they have 64
 * bits, since those of 32 bits may not fit any more.
 * @throws {Error} where the tables are broken, or of a kind that cannot be moved
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
