import type { Storage } from '../../adapters/s3/bucket.ts';
import { topBoxes } from './moov-first.ts';
import { UnsupportedMp4 } from './sample-table.ts';

/** How much of a file is read first: its `moov`, where that is short and comes first. */
const firstBytes = 2 ** 18;

/** The largest `moov` that is read: that of some sixteen hours. */
const maxMoovBytes = 64 * 2 ** 20;

/** The tables of an MP4, and the ETag of the file that has them. */
export interface Tables {
  etag: string;
  ftyp: Buffer;
  /** The content of its `moov`. */
  moov: Buffer;
}

const toBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Reads the tables of the MP4 at `key`: one GET or two, of 256 KiB and of its `moov` (4 MB for an hour).
 * Undefined where there is no such file.
 * @throws {UnsupportedMp4} where it has none
 * @throws {ConditionNotMet} where it is replaced meanwhile
 */
export async function readTables(
  storage: Pick<Storage, 'getPart'>,
  key: string,
): Promise<Tables | undefined> {
  const first = await storage.getPart(key, 0, firstBytes);
  if (!first) return undefined;
  const { size, etag } = first;
  if (etag === undefined) throw new UnsupportedMp4('the storage gives no ETag');
  const start = toBuffer(first.bytes);
  const boxes = topBoxes(start, 0, size);
  const [ftyp] = boxes;
  let moov = boxes.find(({ type }) => type === 'moov');
  let read = { at: 0, bytes: start };
  if (!moov || moov.end > start.length) {
    const at = moov?.start ?? boxes.at(-1)?.end ?? size;
    const end = moov?.end ?? size;
    if (at >= end || end - at > maxMoovBytes) throw new UnsupportedMp4('the file has no moov that is read');
    const rest = await storage.getPart(key, at, end, etag);
    if (!rest) throw new UnsupportedMp4('the file has no moov');
    read = { at, bytes: toBuffer(rest.bytes) };
    moov = topBoxes(read.bytes, at, size).find(({ type }) => type === 'moov');
  }
  if (!moov || ftyp?.type !== 'ftyp' || ftyp.end > start.length)
    throw new UnsupportedMp4('the file is no MP4 that can be cut');
  return {
    etag,
    ftyp: start.subarray(0, ftyp.end),
    moov: read.bytes.subarray(moov.content - read.at, moov.end - read.at),
  };
}
