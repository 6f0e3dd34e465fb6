import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ConditionNotMet } from '../../adapters/s3/conditions.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { recordingNotFound, storageUnavailable } from '../../lib/errors.ts';
import { createReadThrough } from '../../lib/read-through.ts';
import { resolveByteRange } from '../../http/sending/byte-range.ts';
import type { Source } from '../../http/sending/send-object.ts';
import { cutMp4, type Cut, type Span } from '../media/cut.ts';
import { readTables } from '../media/read-tables.ts';
import type { Part } from '../sharing/restrictions.ts';

/** How many cuts are cached: each has the tables of its part, 4 MB for an hour. */
const maxCuts = 16;

/** A cut of the file that has this ETag. */
interface PlannedCut extends Cut {
  sourceEtag: string;
  etag: string;
  /** Bytes. */
  length: number;
}

/** The bytes of a stream that begins at `position` in the original, those outside of `kept` as zeros. */
async function* withoutOthers(body: Readable, position: number, kept: Span[]): AsyncGenerator<Uint8Array> {
  let at = position;
  let next = kept.findIndex(({ end }) => end > at);
  for await (const piece of body) {
    const bytes = Buffer.from(piece);
    const end = at + bytes.length;
    let done = at;
    while (next >= 0 && next < kept.length) {
      const span = kept[next];
      if (!span || span.start >= end) break;
      if (span.start > done) bytes.fill(0, done - at, span.start - at);
      done = Math.min(span.end, end);
      if (span.end > end) break;
      next += 1;
    }
    if (done < end) bytes.fill(0, done - at);
    at = end;
    yield bytes;
  }
}

/**
 * Parts of recordings as files of their own, which are stored nowhere: tables made from those of the
 * recording, then its bytes, with zeros for what belongs to other parts. Nothing outside of a part is sent but
 * the pictures from the key frame before it on, which decoding begins with.
 */
export function createParts({
  storage,
  keyOf,
}: {
  storage: Pick<Storage, 'getPart' | 'get'>;
  keyOf: (name: string) => string;
}) {
  async function plan({ name, part: { from, to } }: { name: string; part: Part }): Promise<PlannedCut> {
    const tables = await readTables(storage, keyOf(name));
    if (!tables) throw recordingNotFound();
    const cut = cutMp4({ ...tables, from, to });
    const hash = createHash('sha256').update(`${tables.etag}\n`).update(cut.head);
    return {
      ...cut,
      sourceEtag: tables.etag,
      etag: `"${hash.digest('hex').slice(0, 32)}"`,
      length: cut.head.length + cut.source.end - cut.source.start,
    };
  }

  const cuts = createReadThrough(plan, {
    max: maxCuts,
    nameOf: ({ name, part: { from, to } }) => `${from} ${to} ${name}`,
  });

  /** The bytes of the original from `start` to before `end`, if it is still the one that was cut. */
  async function original(
    name: string,
    { sourceEtag, kept }: PlannedCut,
    { start, end }: Span,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    const request = { Range: `bytes=${start}-${end - 1}`, IfMatch: sourceEtag };
    const { status, body } = await storage.get(keyOf(name), request, signal);
    if (status === 404) throw recordingNotFound();
    if (status === 412) throw new ConditionNotMet(`${name} has changed`);
    if (status !== 206 || !body) throw storageUnavailable(new Error(`${status} instead of a range`));
    return withoutOthers(body, start, kept);
  }

  async function* bytesOf(
    cut: PlannedCut,
    { start, end }: Span,
    media: AsyncIterable<Uint8Array> | undefined,
  ) {
    if (start < cut.head.length) yield cut.head.subarray(start, Math.min(end, cut.head.length));
    if (media) yield* media;
  }

  async function read(
    name: string,
    cut: PlannedCut,
    { start, end }: Span,
    signal: AbortSignal,
  ): Promise<Readable> {
    const moveBy = cut.source.start - cut.head.length;
    const from = Math.max(start, cut.head.length) + moveBy;
    const to = end + moveBy;
    const media = from < to ? await original(name, cut, { start: from, end: to }, signal) : undefined;
    return Readable.from(bytesOf(cut, { start, end }, media), { objectMode: false });
  }

  return {
    /**
     * What is known of a part: its length in ms, and its size in bytes. One GET or two, none when it is cached.
     * @throws {UnsupportedMp4} where the recording cannot be cut, or has nothing there
     */
    async describe(name: string, part: Part): Promise<{ durationMs: number; size: number }> {
      const { durationMs, length } = await cuts.get({ name, part });
      return { durationMs, size: length };
    },

    /** A part as it is sent: one GET per range, none for its tables when they are cached. */
    source(name: string, part: Part): Source {
      async function get(range: string | undefined, signal: AbortSignal, isAgain = false) {
        const cut = await cuts.get({ name, part });
        const { length, etag } = cut;
        const span = range === undefined ? { start: 0, end: length } : resolveByteRange(range, length);
        if (!span) return { status: 416, contentLength: length, etag };
        try {
          return {
            status: range === undefined ? 200 : 206,
            contentLength: span.end - span.start,
            ...(range !== undefined && { contentRange: `bytes ${span.start}-${span.end - 1}/${length}` }),
            etag,
            body: await read(name, cut, span, signal),
          };
        } catch (error) {
          if (!(error instanceof ConditionNotMet) || isAgain) throw error;
          cuts.forget({ name, part });
          return get(range, signal, true);
        }
      }
      return {
        async head() {
          const { length, etag } = await cuts.get({ name, part });
          return { status: 200, contentLength: length, etag };
        },
        get: (range, signal) => get(range, signal),
      };
    },
  };
}

export type Parts = ReturnType<typeof createParts>;
