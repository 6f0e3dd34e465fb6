import { isDeepStrictEqual } from 'node:util';
import pMap from 'p-map';
import { ifUnchanged } from '../../adapters/s3/conditions.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { inspectMedia, type MediaInfo } from './inspect.ts';
import { createPace } from './pace.ts';
import { areFirst, moveTables, planMove, topBoxes } from './moov-first.ts';

/** Bytes in each part of an upload but the last. */
const partBytes = 8 * 2 ** 20;

/** The largest `ftyp` that is moved: it has some 30 bytes. */
const maxFrontBytes = 2 ** 16;

/** How much of a file is read: enough for a part behind any tables. What has no more is not uploaded in parts. */
const firstBytes = partBytes + maxFrontBytes;

/** The largest tables that are read: those of some sixteen hours. */
const maxTablesBytes = 64 * 2 ** 20;

/** How many bytes are compared at each end of what S3 has copied. */
const comparedBytes = 2 ** 16;

/** How many parts S3 copies at once. */
const copiesAtOnce = 4;

/** How long, in ms, people may have to wait for it. It takes as long as the file's upload has just taken. */
const limitMs = 30_000;

const contentType = 'video/mp4';

/** A file as it is to be. */
interface Layout {
  /** Bytes of the whole. */
  size: number;
  /** What it begins with. */
  here: Buffer;
  /** The rest stands in another object, so many bytes further behind than in this file. */
  source: { key: string; etag: string };
  shift: number;
}

const toBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The file at `key` with its tables first; nothing where they are, or cannot be. One GET, or two. */
async function layoutOf(storage: Storage, key: string): Promise<Layout | undefined> {
  const first = await storage.getPart(key, 0, firstBytes);
  if (first?.etag === undefined) return undefined;
  const { size, etag } = first;
  const start = toBuffer(first.bytes);
  let boxes = topBoxes(start, 0, size);
  if (areFirst(boxes)) return undefined;

  let tail = { at: 0, bytes: start };
  if (size > start.length) {
    const tablesAt = boxes.findIndex(({ type }) => type === 'moov');
    const before = tablesAt < 0 ? boxes : boxes.slice(0, tablesAt);
    const at = before.at(-1)?.end ?? 0;
    if (size - at > maxTablesBytes) return undefined;
    const last = await storage.getPart(key, at, size);
    if (last?.etag !== etag) return undefined;
    tail = { at, bytes: toBuffer(last.bytes) };
    boxes = [...before, ...topBoxes(tail.bytes, at, size)];
  }
  const move = planMove(boxes, size);
  if (!move || move.front > maxFrontBytes) return undefined;

  const { front, tables } = move;
  const moov = tail.bytes.subarray(tables.start - tail.at, tables.end - tail.at);
  const behind = tail.bytes.subarray(tables.end - tail.at);
  const head = Buffer.concat([start.subarray(0, front), moveTables(moov, move), behind]);
  return {
    size: head.length + tables.start - front,
    here: Buffer.concat([head, start.subarray(front, tables.start)]),
    source: { key, etag },
    shift: front - head.length,
  };
}

/**
 * Makes the object `target`, in the place of the one that has the ETag `replaced` if one is given. Two
 * requests, and one for each part; what is not here does not come here.
 */
async function make(
  storage: Storage,
  target: string,
  { size, here, source, shift }: Layout,
  { signal, onCopied }: { signal: AbortSignal; onCopied: () => void },
  replaced?: string,
): Promise<void> {
  const upload = await storage.startUpload(target, contentType);
  const parts = Array.from({ length: Math.ceil(size / partBytes) }, (_, index) => index + 1);
  try {
    await pMap(
      parts,
      async (number) => {
        const end = Math.min(number * partBytes, size);
        const start = (number - 1) * partBytes;
        if (end <= here.length) return upload.put(number, here.subarray(start, end));
        await upload.copy(number, { ...source, start: start + shift, end: end + shift });
        onCopied();
      },
      { concurrency: copiesAtOnce, signal },
    );
    await upload.complete(replaced === undefined ? undefined : ifUnchanged(replaced));
  } catch (error) {
    // The first failure is the one to tell of.
    await upload.abort().catch(() => undefined);
    throw error;
  }
}

/** Throws unless the file at `key` is one of which this is to be said. */
async function verify(storage: Pick<Storage, 'getPart'>, key: string, wanted: MediaInfo): Promise<void> {
  const made = await inspectMedia(storage, key);
  if (!isDeepStrictEqual(made, wanted)) throw new Error('the file with its tables first is not the same');
}

/** Throws unless what S3 has copied to `target` begins and ends with the bytes that it has to. Four GETs. */
async function verifyCopied(
  storage: Storage,
  target: string,
  { size, here, source, shift }: Layout,
): Promise<void> {
  const firstCopied = here.length - (here.length % partBytes);
  for (const start of [firstCopied, Math.max(firstCopied, size - comparedBytes)]) {
    const end = start + comparedBytes;
    const [made, original] = await Promise.all([
      storage.getPart(target, start, end),
      storage.getPart(source.key, start + shift, Math.min(end, size) + shift),
    ]);
    if (!made || !original || !toBuffer(made.bytes).equals(original.bytes))
      throw new Error('S3 has not copied what it was asked to');
  }
}

/**
 * Moves the tables (`moov`) of the MP4 at `key` to its beginning, so that players need not
 * ask for its end first, and a download plays while it comes. `media` is what
 * {@link inspectMedia} says of it; what it says of the new file is returned.
 *
 * The file is replaced at once or not at all, and only by one that has been looked into and is
 * the same: one of up to 8 MiB in memory, with a GET and a PUT; a larger one is put
 * together by S3 at `scratch`, and copied from there. Its bytes do not pass through here, but
 * for its first 8 MiB and its tables (4 MB for an hour): some sixteen requests, and two per 8 MiB.
 * Nothing is done where the tables are first.
 *
 * @throws {ConditionNotMet} where somebody else has replaced the file meanwhile: theirs stays
 * @throws {Error} where it could not be done, or not within half a minute, as the first copies tell: the file
 *   is what it was
 */
export async function moveTablesFirst({
  storage,
  key,
  scratch,
  media,
  signal: ending,
}: {
  storage: Storage;
  key: string;
  scratch: string;
  media: MediaInfo;
  /** Gives it up: the file is what it was. */
  signal: AbortSignal;
}): Promise<MediaInfo> {
  const layout = await layoutOf(storage, key);
  if (!layout) return media;
  const { size, here, source } = layout;
  const wanted = { ...media, size };
  if (here.length === size) {
    const memory = {
      getPart: async (_key: string, start: number, end: number) => ({
        bytes: here.subarray(start, end),
        size,
      }),
    };
    await verify(memory, key, wanted);
    await storage.replace(key, here, contentType, source.etag);
    return wanted;
  }

  const copying = {
    signal: AbortSignal.any([ending, AbortSignal.timeout(limitMs)]),
    onCopied: createPace(2 * Math.ceil(size / partBytes), limitMs),
  };
  try {
    await make(storage, scratch, layout, copying);
    const [{ etag = '' }] = await Promise.all([
      storage.head(scratch),
      verify(storage, scratch, wanted),
      verifyCopied(storage, scratch, layout),
    ]);
    const copy = { size, here: Buffer.alloc(0), source: { key: scratch, etag }, shift: 0 };
    await make(storage, key, copy, copying, source.etag);
  } finally {
    // What stays goes with the segments.
    await storage.delete(scratch).catch(() => undefined);
  }
  return wanted;
}
