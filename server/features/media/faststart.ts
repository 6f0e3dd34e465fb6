import { isDeepStrictEqual } from 'node:util';
import pMap from 'p-map';
import { ifUnchanged } from '../../adapters/s3/conditions.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { inspectMedia, type MediaInfo } from './inspect.ts';
import { createPace } from './pace.ts';
import { isFaststart, rewriteMoov, planMove, topBoxes } from './moov-first.ts';

/** Bytes in each part of an upload but the last. */
const partBytes = 8 * 2 ** 20;

/** The largest `ftyp` that is handled: it usually has some 30 bytes. */
const maxFrontBytes = 2 ** 16;

/**
 * How much of a file is read first: enough to fill a part after any `moov`. A file that is not larger is
 * replaced by one PUT.
 */
const firstBytes = partBytes + maxFrontBytes;

/** The largest `moov` that is read: that of some sixteen hours. */
const maxMoovBytes = 64 * 2 ** 20;

/** How many bytes are compared at each end of the part that S3 copied. */
const comparedBytes = 2 ** 16;

/** How many parts S3 copies concurrently. */
const copiesAtOnce = 4;

/** How long it may take, in ms, since people wait: about as long as the file's upload has just taken. */
const limitMs = 30_000;

const contentType = 'video/mp4';

/** The layout of the faststart file. */
interface Layout {
  /** Bytes. */
  size: number;
  /** Its first bytes, in memory. */
  head: Buffer;
  /** The object that has the rest, at an offset of `sourceOffset` bytes. */
  source: { key: string; etag: string };
  sourceOffset: number;
}

const toBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * The faststart layout of the file at `key`; undefined where it is faststart, or cannot be. One GET, or two.
 */
async function layoutOf(storage: Storage, key: string): Promise<Layout | undefined> {
  const first = await storage.getPart(key, 0, firstBytes);
  if (first?.etag === undefined) return undefined;
  const { size, etag } = first;
  const start = toBuffer(first.bytes);
  let boxes = topBoxes(start, 0, size);
  if (isFaststart(boxes)) return undefined;

  let tail = { at: 0, bytes: start };
  if (size > start.length) {
    const moovIndex = boxes.findIndex(({ type }) => type === 'moov');
    const before = moovIndex < 0 ? boxes : boxes.slice(0, moovIndex);
    const at = before.at(-1)?.end ?? 0;
    if (size - at > maxMoovBytes) return undefined;
    const last = await storage.getPart(key, at, size);
    if (last?.etag !== etag) return undefined;
    tail = { at, bytes: toBuffer(last.bytes) };
    boxes = [...before, ...topBoxes(tail.bytes, at, size)];
  }
  const move = planMove(boxes, size);
  if (!move || move.front > maxFrontBytes) return undefined;

  const { front, moov } = move;
  const moovBytes = tail.bytes.subarray(moov.start - tail.at, moov.end - tail.at);
  const behind = tail.bytes.subarray(moov.end - tail.at);
  const upToMedia = Buffer.concat([start.subarray(0, front), rewriteMoov(moovBytes, move), behind]);
  return {
    size: upToMedia.length + moov.start - front,
    head: Buffer.concat([upToMedia, start.subarray(front, moov.start)]),
    source: { key, etag },
    sourceOffset: front - upToMedia.length,
  };
}

/**
 * Uploads a layout to `target`, conditional on the ETag `replaced` if given. Two requests, and one per part;
 * S3 copies what is not in memory.
 */
async function make(
  storage: Storage,
  target: string,
  { size, head, source, sourceOffset }: Layout,
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
        if (end <= head.length) return upload.put(number, head.subarray(start, end));
        await upload.copy(number, { ...source, start: start + sourceOffset, end: end + sourceOffset });
        onCopied();
      },
      { concurrency: copiesAtOnce, signal },
    );
    await upload.complete(replaced === undefined ? undefined : ifUnchanged(replaced));
  } catch (error) {
    // The first failure is the one to report.
    await upload.abort().catch(() => undefined);
    throw error;
  }
}

/** Throws unless inspecting the file at `key` yields `wanted`. */
async function verify(storage: Pick<Storage, 'getPart'>, key: string, wanted: MediaInfo): Promise<void> {
  const made = await inspectMedia(storage, key);
  if (!isDeepStrictEqual(made, wanted)) throw new Error('the faststart file differs from the original');
}

/** Throws unless the part that S3 copied to `target` begins and ends with the source's bytes. Four GETs. */
async function verifyCopied(
  storage: Storage,
  target: string,
  { size, head, source, sourceOffset }: Layout,
): Promise<void> {
  const firstCopied = head.length - (head.length % partBytes);
  for (const start of [firstCopied, Math.max(firstCopied, size - comparedBytes)]) {
    const end = start + comparedBytes;
    const [made, original] = await Promise.all([
      storage.getPart(target, start, end),
      storage.getPart(source.key, start + sourceOffset, Math.min(end, size) + sourceOffset),
    ]);
    if (!made || !original || !toBuffer(made.bytes).equals(original.bytes))
      throw new Error('S3 copied other bytes than requested');
  }
}

/**
 * Makes the MP4 at `key` faststart: moves its `moov` before the media, so that players need not request the
 * end first, and a download plays while it arrives. `media` is the result of {@link inspectMedia}; returns
 * that of the new file.
 *
 * The file is replaced atomically, and only by a verified copy: one of up to 8 MiB in memory, with a GET and
 * a PUT; a larger one is assembled by S3 at `scratch`, and copied from there. Only its first 8 MiB and its
 * `moov` (4 MB for an hour) pass through this process: some sixteen requests, and two per 8 MiB. A faststart
 * file is left unchanged.
 *
 * @throws {ConditionNotMet} where the file was replaced concurrently: the other one stays
 * @throws {Error} where it fails, or the first copies show that it takes over half a minute: the file is
 *   unchanged
 */
export async function makeFaststart({
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
  /** Aborts it: the file is unchanged. */
  signal: AbortSignal;
}): Promise<MediaInfo> {
  const layout = await layoutOf(storage, key);
  if (!layout) return media;
  const { size, head, source } = layout;
  const wanted = { ...media, size };
  if (head.length === size) {
    const memory = {
      getPart: async (_key: string, start: number, end: number) => ({
        bytes: head.subarray(start, end),
        size,
      }),
    };
    await verify(memory, key, wanted);
    await storage.replace(key, head, contentType, source.etag);
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
    const copy = { size, head: Buffer.alloc(0), source: { key: scratch, etag }, sourceOffset: 0 };
    await make(storage, key, copy, copying, source.etag);
  } finally {
    // A remaining copy is deleted with the segments.
    await storage.delete(scratch).catch(() => undefined);
  }
  return wanted;
}
