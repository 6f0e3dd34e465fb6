import { boxesIn } from './mp4-boxes.ts';

/** A sample of a track as a file has it; times in the track's timescale. */
export interface TableSample {
  /** Its first byte in the file, and its length. */
  position: number;
  size: number;
  decodedAt: number;
  shownAt: number;
  duration: number;
  isKey: boolean;
}

/** A file that has something which this code does not know: it is left alone. */
export class UnsupportedMp4 extends Error {
  override name = 'UnsupportedMp4';
}

/** The counts and values of a table of runs, such as `stts`, one value at a time. */
function createRuns(table: Buffer, read: (at: number) => number) {
  let at = 8;
  let left = 0;
  let value = 0;
  return (): number => {
    while (left === 0) {
      if (at + 8 > table.length) throw new UnsupportedMp4('a table of samples is too short');
      left = table.readUInt32BE(at);
      value = read(at + 4);
      at += 8;
    }
    left -= 1;
    return value;
  };
}

/** The numbers of samples per chunk (`stsc`), one chunk at a time. */
function createChunkLengths(stsc: Buffer) {
  const count = stsc.readUInt32BE(4);
  let next = 0;
  let chunk = 0;
  let length = 0;
  return (): number => {
    chunk += 1;
    while (next < count && stsc.readUInt32BE(8 + 12 * next) <= chunk) {
      length = stsc.readUInt32BE(12 + 12 * next);
      if (stsc.readUInt32BE(16 + 12 * next) !== 1)
        throw new UnsupportedMp4('a track has several descriptions of samples');
      next += 1;
    }
    return length;
  };
}

/**
 * The samples of a track in the order of decoding, from its `stbl` (ISO/IEC 14496-12, 8.6 and 8.7).
 * @throws {UnsupportedMp4}
 */
export function* samplesIn(stbl: Buffer): Generator<TableSample> {
  const boxes = new Map([...boxesIn(stbl)].map(({ type, content }) => [type, content]));
  const table = (type: string) => {
    const found = boxes.get(type);
    if (!found) throw new UnsupportedMp4(`a track has no ${type}`);
    return found;
  };
  const stsz = table('stsz');
  const oneSize = stsz.readUInt32BE(4);
  const count = stsz.readUInt32BE(8);
  const stts = table('stts');
  const ctts = boxes.get('ctts');
  const stss = boxes.get('stss');
  const wide = boxes.get('co64');
  const chunks = wide ?? table('stco');
  const chunkCount = chunks.readUInt32BE(4);

  const nextDuration = createRuns(stts, (at) => stts.readUInt32BE(at));
  const nextOffset = ctts && createRuns(ctts, (at) => ctts.readInt32BE(at));
  const nextChunkLength = createChunkLengths(table('stsc'));
  let decodedAt = 0;
  let position = 0;
  let chunk = -1;
  let leftInChunk = 0;
  let nextKey = 0;

  for (let index = 0; index < count; index += 1) {
    while (leftInChunk === 0) {
      chunk += 1;
      if (chunk >= chunkCount) throw new UnsupportedMp4('a track has more samples than chunks hold');
      position = wide ? Number(chunks.readBigUInt64BE(8 + 8 * chunk)) : chunks.readUInt32BE(8 + 4 * chunk);
      leftInChunk = nextChunkLength();
    }
    const size = oneSize || stsz.readUInt32BE(12 + 4 * index);
    const duration = nextDuration();
    const isKey =
      !stss || (8 + 4 * nextKey < stss.length && stss.readUInt32BE(8 + 4 * nextKey) === index + 1);
    if (isKey) nextKey += 1;
    const shownAt = decodedAt + (nextOffset?.() ?? 0);
    yield { position, size, decodedAt, shownAt, duration, isKey };
    position += size;
    decodedAt += duration;
    leftInChunk -= 1;
  }
}
