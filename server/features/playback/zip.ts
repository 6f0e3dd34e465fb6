import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import formbody from '@fastify/formbody';
import { zipInputSchema, type ConsentReceipt } from '@reelroom/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import pMap from 'p-map';
import { z } from 'zod';
import { wallTime } from '../../lib/clock.ts';
import { invalidInput, parseInput, recordingNotFound, storageUnavailable } from '../../lib/errors.ts';
import { getAndHead } from '../../http/get-and-head.ts';
import { binary, errors, type Operation } from '../../http/route-doc.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { manifestKey } from '../../bucket/manifest.ts';
import type { Access } from '../access/access.ts';
import type { Principal } from '../access/principal.ts';
import type { Library } from '../library/recordings.ts';
import type { Lifecycle } from '../recording/lifecycle.ts';
import { resolveByteRange } from '../../http/sending/byte-range.ts';
import { createChecksums, type Checksums } from './checksums.ts';
import { downloadName } from '../library/download-name.ts';
import { sendObject, type Source } from '../../http/sending/send-object.ts';
import { fileResponses, fileHeaders } from './video-doc.ts';
import { descriptorOf, directoryOf, headerOf, zipLayout, type ZipEntry } from './zip-layout.ts';
import { timeZoneSchema, wallClock, type WallClock } from '../library/time-zone.ts';
import { receiptNames, uniqueNames } from './file-names.ts';

type ZipRoute = { Querystring: { name?: unknown; tz?: unknown } };

/** How many recordings are read concurrently. */
const maxConcurrent = 16;

/** The most bytes to read again for a range's checksums: beyond, the Range is ignored (RFC 9110 §14.2). */
const maxRereadBytes = 4 * 2 ** 30;

/** A file in a ZIP: an S3 object with this ETag, or some bytes of that object. */
export interface ZippedFile extends ZipEntry {
  key: string;
  etag: string | undefined;
  bytes?: Buffer;
}

/** A ZIP's ETag, a hash of all that determines its bytes; undefined where a file has none. */
function etagOf(files: ZippedFile[]): string | undefined {
  const hash = createHash('sha256');
  for (const file of files) {
    if (file.etag === undefined) return undefined;
    hash.update(headerOf(file)).update(`${file.etag} ${file.size}\n`);
  }
  return `"${hash.digest('hex').slice(0, 32)}"`;
}

/**
 * These files as an uncompressed ZIP. Read from S3 as fast as it is consumed, one file after the other, with
 * one GetObject each; nothing is stored. The stream fails where S3 does, or where a file has changed.
 *
 * A range costs the GetObjects of the files in it. One that extends beyond a file's end needs that file's
 * checksum, one that reaches the directory those of all: what `checksums` lacks is read again. Where that is
 * more than 4 GiB, the Range is ignored.
 */
export function zipOf(storage: Pick<Storage, 'get'>, checksums: Checksums, files: ZippedFile[]): Source {
  const { parts, length } = zipLayout(files);
  const etag = etagOf(files);
  const head = { status: 200, contentLength: length, etag };
  const sums = files.map((file) => checksums.of(file));

  /** How many bytes must be read for checksums alone. */
  function rereadBytes(start: number, end: number): number {
    const reachesDirectory = end > (parts.at(-1)?.start ?? 0);
    return parts.reduce((bytes, { kind, index, ...part }) => {
      const behind = part.start + part.length;
      const isNeeded = kind === 'file' && (reachesDirectory || (end > behind && start < behind));
      const before = Math.min(Math.max(start - part.start, 0), part.length);
      return bytes + (isNeeded ? Math.max(before - (sums[index]?.length ?? 0), 0) : 0);
    }, 0);
  }

  async function* read(index: number, start: number, end: number, signal: AbortSignal) {
    const [file, sum] = [files[index], sums[index]];
    if (!file || !sum || start >= end) return;
    if (file.bytes) {
      const bytes = file.bytes.subarray(start, end);
      sum.add(bytes, start);
      yield bytes;
      return;
    }
    const Range = start > 0 || end < file.size ? `bytes=${start}-${end - 1}` : undefined;
    const { status, body } = await storage.get(file.key, { IfMatch: file.etag, Range }, signal);
    if (status !== (Range === undefined ? 200 : 206) || !body)
      throw storageUnavailable(new Error(`${status} instead of ${file.name}`));
    let at = start;
    for await (const piece of body) {
      const bytes: Uint8Array = piece;
      sum.add(bytes, at);
      at += bytes.length;
      yield bytes;
    }
  }

  /** Reads what a file's checksum lacks, up to `end`. */
  async function completeChecksum(index: number, end: number, signal: AbortSignal): Promise<void> {
    for await (const bytes of read(index, sums[index]?.length ?? 0, end, signal)) void bytes;
  }

  async function* bytesOf(start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for (const { kind, index, ...part } of parts) {
      const from = Math.max(start - part.start, 0);
      const to = Math.min(end - part.start, part.length);
      if (from >= to) continue;
      const file = files[index];
      if (kind === 'file') {
        if (to === part.length && end > part.start + part.length) await completeChecksum(index, from, signal);
        yield* read(index, from, to, signal);
      } else if (kind === 'header' && file) yield headerOf(file).subarray(from, to);
      else if (kind === 'descriptor' && file) {
        await completeChecksum(index, file.size, signal);
        yield descriptorOf(file, sums[index]?.crc ?? 0).subarray(from, to);
      } else {
        for (const [each, { size }] of files.entries()) await completeChecksum(each, size, signal);
        const crcs = sums.map(({ crc }) => crc);
        yield directoryOf(files, crcs).subarray(from, to);
      }
    }
  }
  const stream = (start: number, end: number, signal: AbortSignal) =>
    Readable.from(bytesOf(start, end, signal), { objectMode: false });

  return {
    head: async () => head,
    async get(range, signal) {
      const part = range === undefined ? { start: 0, end: length } : resolveByteRange(range, length);
      if (!part) return { status: 416 };
      const { start, end } = part;
      if (range === undefined || rereadBytes(start, end) > maxRereadBytes)
        return { ...head, body: stream(0, length, signal) };
      return {
        ...{ status: 206, etag, contentLength: end - start },
        contentRange: `bytes ${start}-${end - 1}/${length}`,
        body: stream(start, end, signal),
      };
    },
  };
}

const example = 'team-RM_fC7Rk3PmWb2a-2026-01-31T101530123.mp4';

const responses: Operation['responses'] = {
  200: {
    description: 'Nothing in it is compressed; it is broken off where S3 fails for long',
    headers: z.object({
      'Content-Length': z.string().describe('Bytes'),
      'Content-Disposition': z.string(),
      'Cache-Control': z.string(),
      ETag: z.string().describe('The strong entity tag of these files, so named, in this order'),
    }),
    content: binary('application/zip'),
  },
  ...errors(
    ['INVALID_INPUT', `${example} cannot be downloaded: only recordings that are ready can`],
    ['RECORDING_NOT_FOUND', `Recording not found: ${example}`],
    'STORAGE_UNAVAILABLE',
  ),
};

const tz = timeZoneSchema.optional();
const inputSchema = z.object({ ...zipInputSchema.shape, tz });

/** The most names in a query, whose parser silently drops more than a thousand. */
const maxInUrl = 100;

const urlNames = zipInputSchema.shape.names.check(
  z.maxLength(maxInUrl, `name is given too often: at most ${maxInUrl} times in an address; POST takes more`),
);

const getZip: Operation = {
  operationId: 'getZip',
  tag: 'Video',
  summary: 'Some recordings as one ZIP',
  description:
    'Where there are few: a long address is not taken everywhere. One that is named twice is in it once. Beside a ' +
    'recording is `….consent.json`, the receipts of consent to it, if there are any and the caller may manage it.',
  query: z.object({ name: urlNames, tz }),
  headers: fileHeaders,
  responses: { ...fileResponses(['application/zip'], { hasDate: false }), ...responses },
};

const postZip: Operation = {
  operationId: 'postZip',
  tag: 'Video',
  summary: 'Up to a thousand recordings as one ZIP',
  description: 'For a form of a page, with which the browser saves it, or in JSON.',
  body: {
    'application/json': { schema: inputSchema, example: { names: [example] } },
    'application/x-www-form-urlencoded': {
      schema: z.object({ name: zipInputSchema.shape.names, tz }),
      example: { name: [example] },
    },
  },
  responses,
};

/** The input of a query or form, with repeated `name`. */
const fromForm = ({ name, tz }: { name?: unknown; tz?: unknown }) => ({
  names: name === undefined ? [] : [name].flat(),
  tz,
});

/** The receipts of consent to a recording as a file beside it, for people and programs. */
function receiptsFile(video: ZippedFile, recording: string, consent: ConsentReceipt[]): ZippedFile {
  const receipts = consent.map((receipt) => ({ ...receipt, at: new Date(receipt.at).toISOString() }));
  const bytes = Buffer.from(`${JSON.stringify({ recording, consent: receipts }, undefined, 2)}\n`);
  const { lastModified, shownAs, key } = video;
  const etag = createHash('sha256').update(bytes).digest('hex');
  return { name: video.name, size: bytes.length, lastModified, shownAs, key: manifestKey(key), etag, bytes };
}

/**
 * `POST /recordings/zip`, with `name`, repeated, from a form, or with JSON, `{ names: […] }`; `GET
 * /recordings/zip?name=…&name=…` where there are few: recordings as one ZIP with a Content-Length, its names
 * and dates in the reader's zone, `tz`; beside each, for who may manage it, `….consent.json` with the receipts of
 * consent, if there are any. Two S3 requests for each before the response begins, and one for each during it; a
 * failure of S3 cuts the response.
 *
 * Errors: INVALID_INPUT, also for a recording that is not ready; RECORDING_NOT_FOUND. Both name the
 * recording.
 */
export async function zipRoutes(
  app: FastifyInstance,
  {
    library,
    lifecycle,
    access,
    storage,
  }: {
    library: Pick<Library, 'find' | 'keyOf'>;
    lifecycle: Pick<Lifecycle, 'isLive'>;
    access: Pick<Access, 'allows'>;
    storage: Storage;
  },
): Promise<void> {
  const checksums = createChecksums();

  // For these routes only: any site can send a form.
  await app.register(formbody);

  /** A recording's file, and that of its receipts where there are any that the principal may see. */
  async function filesOf(
    name: string,
    clock: WallClock,
    principal: Principal,
  ): Promise<{ video: ZippedFile; receipts: ZippedFile | undefined }> {
    const { recording, etag, consent } = await library.find(name);
    if (recording.status !== 'ready' || lifecycle.isLive(name))
      throw invalidInput(`${name} cannot be downloaded: only recordings that are ready can`);
    const video = {
      ...{ etag, size: recording.size, key: library.keyOf(name), name: downloadName(recording, clock) },
      lastModified: new Date(recording.startedAt),
      shownAs: clock.at(recording.startedAt),
    };
    // As the rule of recordings.consent.
    const isShown =
      consent.length > 0 && (await access.allows(principal, 'manage', { kind: 'recordings', names: [name] }));
    return { video, receipts: isShown ? receiptsFile(video, name, consent) : undefined };
  }

  async function send(input: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { names, tz } = parseInput(inputSchema, input);
    const clock = wallClock(tz);
    const { reelroomPrincipal: principal } = request;
    const files = await pMap(new Set(names), (name) => filesOf(name, clock, principal), {
      concurrency: maxConcurrent,
    });
    const videoNames = uniqueNames(files.map(({ video }) => video.name));
    const besides = receiptNames(videoNames);
    const zipped = files.flatMap(({ video, receipts }, index) => [
      { ...video, name: videoNames[index] ?? video.name },
      ...(receipts ? [{ ...receipts, name: besides[index] ?? receipts.name }] : []),
    ]);
    const today = clock.at(wallTime()).toISOString().slice(0, 10) + clock.suffix;
    return sendObject(request, reply, zipOf(storage, checksums, zipped), {
      ...{ type: 'application/zip', cacheControl: 'private, no-cache', missing: recordingNotFound },
      disposition: `attachment; filename="Reelroom recordings ${today}.zip"`,
    });
  }

  const failure = 'Error downloading recordings';
  getAndHead<ZipRoute>(app, '/recordings/zip', { failure, operation: getZip }, (request, reply) => {
    const given = fromForm(request.query);
    if (given.names.length > 0) parseInput(urlNames, given.names);
    return send(given, request, reply);
  });
  app.post('/recordings/zip', { config: { failure, operation: postZip } }, (request, reply) => {
    const given = Object(request.body);
    return send('name' in given ? fromForm(given) : given, request, reply);
  });
}
