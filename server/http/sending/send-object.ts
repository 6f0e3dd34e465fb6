import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { preconditionFailed } from '../../lib/errors.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import type { ObjectHead } from '../../adapters/s3/types.ts';
import { abortOnClose } from './abort-on-close.ts';
import { parseByteRange } from './byte-range.ts';
import { allowsRange, checkPreconditions, isConditional } from './preconditions.ts';

/** Something that can be sent whole and in ranges: an S3 object, or a ZIP of several. */
export interface Source {
  /** Its head, with status 200 or 404. */
  head: () => Promise<ObjectHead>;
  /** All of it, or a range: 200, 206, 404 or 416. Aborting `signal` ends the transfer. */
  get: (range: string | undefined, signal: AbortSignal) => Promise<ObjectHead & { body?: Readable }>;
}

/** How a {@link Source} is sent. */
export interface SendOptions {
  type: string;
  cacheControl: string;
  /** `Content-Disposition` (RFC 6266). */
  disposition?: string | undefined;
  /** The most bytes sent for an open-ended range. */
  portionSize?: number | undefined;
  /** The error for a 404. */
  missing: () => Error;
}

/** An S3 object as a source: one request per call. */
export const objectIn = (storage: Pick<Storage, 'head' | 'get'>, key: string): Source => ({
  head: () => storage.head(key),
  get: (Range, signal) => storage.get(key, { Range }, signal),
});

function headersOf(
  head: ObjectHead,
  { type, cacheControl, disposition }: SendOptions,
): Record<string, string> {
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

/** The response to a GET with these headers: a head, and a body for 200 and 206. */
async function responseTo(
  headers: IncomingHttpHeaders,
  source: Source,
  { portionSize, missing }: SendOptions,
  signal: AbortSignal,
): Promise<ObjectHead & { body?: Readable }> {
  async function headOrThrow(): Promise<ObjectHead> {
    const head = await source.head();
    if (head.status === 404) throw missing();
    return head;
  }

  // By HeadObject a 304 costs no GetObject, and has the ETag and the date that an S3 server may omit from its
  // own 304.
  if (isConditional(headers)) {
    const head = await headOrThrow();
    const verdict = checkPreconditions(headers, head);
    if (verdict === 412) throw preconditionFailed();
    if (verdict === 304) return { ...head, status: 304 };
  }

  const range = parseByteRange(headers.range, portionSize);
  const part = range.kind === 'part' ? range.header : undefined;
  let object: ObjectHead & { body?: Readable } =
    range.kind === 'unsatisfiable' ? { status: 416 } : await source.get(part, signal);
  // Our 416 states the size (RFC 9110 §15.5.17), S3's does not.
  if (object.status === 416) object = { ...(await headOrThrow()), status: 416 };

  const isPartial = object.status === 206 || object.status === 416;
  // A suffix range of an empty object is all of it (§14.1.2), which no Content-Range can express.
  const isSuffixOfEmpty = object.status === 416 && object.contentLength === 0 && part?.startsWith('bytes=-');
  if (isSuffixOfEmpty || (isPartial && !allowsRange(headers['if-range']?.toString(), object))) {
    object.body?.destroy();
    object = await source.get(undefined, signal);
  }
  if (object.status === 404) throw missing();
  return object.status === 416 ? { status: 416, contentRange: `bytes */${object.contentLength}` } : object;
}

/**
 * Answers a GET, a HEAD, or a POST for all of it, from `source`, by RFC 9110 §13 to §15. A GET costs one
 * `get`, a HEAD one `head`, a precondition one `head` and no `get` for a 304 or 412; beyond that there is a
 * second request only for a 416, and when If-Range does not hold. The source is read as fast as the client
 * reads; a disconnect ends the transfer. A body that fails cuts the response, or becomes its error where it
 * has not begun.
 *
 * Errors: PRECONDITION_FAILED, STORAGE_UNAVAILABLE, and `missing`.
 */
export async function sendObject(
  request: FastifyRequest,
  reply: FastifyReply,
  source: Source,
  sending: SendOptions,
): Promise<FastifyReply> {
  if (request.method === 'HEAD') {
    const head = await source.head();
    if (head.status === 404) throw sending.missing();
    const verdict = checkPreconditions(request.headers, head);
    if (verdict === 412) throw preconditionFailed();
    const response = verdict === 304 ? { ...head, status: 304 } : head;
    return reply.code(response.status).headers(headersOf(response, sending)).send();
  }

  const closed = abortOnClose(reply);
  try {
    // Ranges are defined for GET only (RFC 9110 §14.2).
    const requestHeaders = request.method === 'GET' ? request.headers : {};
    const { body, ...head } = await responseTo(requestHeaders, source, sending, closed);
    const headers = headersOf(head, sending);
    // An error response must not carry these headers.
    body?.once('error', () => {
      if (reply.raw.headersSent) return;
      for (const name of Object.keys(headers)) {
        reply.removeHeader(name);
        reply.raw.removeHeader(name);
      }
    });
    return reply.code(head.status).headers(headers).send(body);
  } catch (error) {
    if (!closed.aborted) throw error;
    return reply.hijack();
  }
}
