import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { preconditionFailed } from '../../lib/errors.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import type { ObjectHead } from '../../adapters/s3/types.ts';
import { whileOpen } from './abort-on-close.ts';
import { parseByteRange } from './byte-range.ts';
import { allowsRange, checkPreconditions, isConditional } from './preconditions.ts';

/** What can be sent, whole and in ranges: an object of S3, or what is made of some. */
export interface Source {
  /** Its head, with status 200, or 404. */
  head: () => Promise<ObjectHead>;
  /** All of it, or the range that is asked for: 200, 206, 404 or 416. Aborting `signal` ends the transfer. */
  get: (range: string | undefined, signal: AbortSignal) => Promise<ObjectHead & { body?: Readable }>;
}

/** How it is sent. */
export interface Sending {
  type: string;
  cacheControl: string;
  /** `Content-Disposition` (RFC 6266). */
  disposition?: string | undefined;
  /** Most bytes in an open-ended range. */
  portionSize?: number | undefined;
  /** The error where there is none. */
  missing: () => Error;
}

/** An object of S3, read by one request each. */
export const objectIn = (storage: Pick<Storage, 'head' | 'get'>, key: string): Source => ({
  head: () => storage.head(key),
  get: (Range, signal) => storage.get(key, { Range }, signal),
});

function headersOf(head: ObjectHead, { type, cacheControl, disposition }: Sending): Record<string, string> {
  const hasBody = head.status === 200 || head.status === 206;
  return {
    'accept-ranges': 'bytes',
    'cache-control': cacheControl,
    'x-content-type-options': 'nosniff',
    ...(head.etag !== undefined && { etag: head.etag }),
    ...(head.lastModified && { 'last-modified': head.lastModified.toUTCString() }),
    ...(head.contentRange !== undefined && { 'content-range': head.contentRange }),
    ...(hasBody && { 'content-type': type, 'content-length': String(head.contentLength ?? 0) }),
    ...(hasBody && disposition !== undefined && { 'content-disposition': disposition }),
  };
}

/** What a GET with these headers is answered: a head, and the bytes where some follow. */
async function answerTo(
  headers: IncomingHttpHeaders,
  source: Source,
  { portionSize, missing }: Sending,
  signal: AbortSignal,
): Promise<ObjectHead & { body?: Readable }> {
  async function look(): Promise<ObjectHead> {
    const head = await source.head();
    if (head.status === 404) throw missing();
    return head;
  }

  // Asked for by its head, a 304 costs no GetObject, and has the tag and the date that
  // an S3 server may leave out of its own.
  if (isConditional(headers)) {
    const head = await look();
    const verdict = checkPreconditions(headers, head);
    if (verdict === 412) throw preconditionFailed();
    if (verdict === 304) return { ...head, status: 304 };
  }

  const range = parseByteRange(headers.range, portionSize);
  const part = range.kind === 'part' ? range.header : undefined;
  let object: ObjectHead & { body?: Readable } =
    range.kind === 'unsatisfiable' ? { status: 416 } : await source.get(part, signal);
  // It names the size (RFC 9110 §15.5.17), which S3's does not.
  if (object.status === 416) object = { ...(await look()), status: 416 };

  const isPartial = object.status === 206 || object.status === 416;
  // The last bytes of none are all there are (§14.1.2), which no Content-Range can say.
  const isLastOfNone = object.status === 416 && object.contentLength === 0 && part?.startsWith('bytes=-');
  if (isLastOfNone || (isPartial && !allowsRange(headers['if-range']?.toString(), object))) {
    object.body?.destroy();
    object = await source.get(undefined, signal);
  }
  if (object.status === 404) throw missing();
  return object.status === 416 ? { status: 416, contentRange: `bytes */${object.contentLength}` } : object;
}

/**
 * Answers a GET or HEAD, or a POST that asks for all, with what `source` has, by RFC 9110 §13 to §15. A GET is one `get`, a
 * HEAD one `head`. A condition is one `head`, with no `get` where it ends in a 304 or 412; beyond that there
 * is a second request only to say 416, and when If-Range turns out not to hold. Who reads slowly is
 * read for slowly, who leaves ends the transfer. A body that fails breaks the answer off, or is
 * its error where it has not begun.
 *
 * Errors: PRECONDITION_FAILED, STORAGE_UNAVAILABLE, and `missing`.
 */
export async function sendObject(
  request: FastifyRequest,
  reply: FastifyReply,
  source: Source,
  sending: Sending,
): Promise<FastifyReply> {
  if (request.method === 'HEAD') {
    const head = await source.head();
    if (head.status === 404) throw sending.missing();
    const verdict = checkPreconditions(request.headers, head);
    if (verdict === 412) throw preconditionFailed();
    const answer = verdict === 304 ? { ...head, status: 304 } : head;
    return reply.code(answer.status).headers(headersOf(answer, sending)).send();
  }

  const open = whileOpen(reply);
  try {
    // What a POST makes has no ranges (RFC 9110 §14.2).
    const asked = request.method === 'GET' ? request.headers : {};
    const { body, ...head } = await answerTo(asked, source, sending, open);
    const headers = headersOf(head, sending);
    // Nothing of this is true of an error that is answered instead.
    body?.once('error', () => {
      if (reply.raw.headersSent) return;
      for (const name of Object.keys(headers)) {
        reply.removeHeader(name);
        reply.raw.removeHeader(name);
      }
    });
    return reply.code(head.status).headers(headers).send(body);
  } catch (error) {
    if (!open.aborted) throw error;
    return reply.hijack();
  }
}
