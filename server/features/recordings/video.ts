import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { preconditionFailed, recordingNotFound } from '../../errors.ts';
import type { ObjectHead, ObjectRequest, Storage } from '../../plugins/storage.ts';
import type { Services } from '../../services.ts';
import { parseByteRange } from './byte-range.ts';
import { recordingNameOf } from './routes.ts';

/** An HTTP date; one that is none is ignored (RFC 9110 §13.1.3). */
const toDate = (header: string | undefined): Date | undefined => {
  const date = new Date(header ?? NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
};

/** What a request's conditions (RFC 9110 §13.1) are for S3, which decides on them; tags come before dates (§13.2.2). */
function conditionsOf({ headers }: FastifyRequest): ObjectRequest {
  const unmodifiedSince = toDate(headers['if-unmodified-since']);
  const modifiedSince = toDate(headers['if-modified-since']);
  return {
    ...(headers['if-match'] !== undefined
      ? { IfMatch: headers['if-match'] }
      : unmodifiedSince && { IfUnmodifiedSince: unmodifiedSince }),
    ...(headers['if-none-match'] !== undefined
      ? { IfNoneMatch: headers['if-none-match'] }
      : modifiedSince && { IfModifiedSince: modifiedSince }),
  };
}

/** Whether `If-Range` (RFC 9110 §13.1.5) lets the range stand: the same strong tag, or the very same date. */
const isSame = (ifRange: string, { etag, lastModified }: ObjectHead): boolean =>
  ifRange === etag ||
  (lastModified !== undefined &&
    toDate(ifRange)?.getTime() === Math.floor(lastModified.getTime() / 1000) * 1000);

function sendHead(reply: FastifyReply, head: ObjectHead): void {
  reply
    .code(head.status)
    .header('accept-ranges', 'bytes')
    .header('cache-control', 'private, no-cache')
    .header('x-content-type-options', 'nosniff');
  if (head.etag !== undefined) reply.header('etag', head.etag);
  if (head.lastModified) reply.header('last-modified', head.lastModified.toUTCString());
  if (head.contentRange !== undefined) reply.header('content-range', head.contentRange);
  if (head.status === 200 || head.status === 206)
    reply.header('content-type', 'video/mp4').header('content-length', head.contentLength ?? 0);
}

/** 416, which names the size (RFC 9110 §15.5.17); S3's own does not, so it costs a HEAD. */
async function sendUnsatisfiable(reply: FastifyReply, storage: Storage, key: string): Promise<FastifyReply> {
  const head = await storage.head(key);
  if (head.status === 404) throw recordingNotFound();
  sendHead(reply, { status: 416, contentRange: `bytes */${head.contentLength ?? 0}` });
  return reply.send('');
}

/**
 * `GET` and `HEAD /recordings/:recordingName`: the video, by RFC 9110 §13 to §15. A
 * GET is one S3 GetObject; a second request to S3 is made only to say 416, and when
 * If-Range turns out not to hold. A paused player pauses the S3 transfer, a closed one ends it.
 */
export async function videoRoutes(
  app: FastifyInstance,
  {
    library,
    storage,
    portionSize,
  }: Pick<Services, 'library'> & { storage: Storage; portionSize?: number | undefined },
): Promise<void> {
  const failure = { config: { failure: 'Error getting recording' } };

  app.head<{ Params: { '*': string } }>('/recordings/*', failure, async (request, reply) => {
    const head = await storage.head(library.keyOf(recordingNameOf(request.params)), conditionsOf(request));
    if (head.status === 404) throw recordingNotFound();
    if (head.status === 412) throw preconditionFailed();
    sendHead(reply, head);
    return reply.send('');
  });

  app.get<{ Params: { '*': string } }>('/recordings/*', failure, async (request, reply) => {
    const key = library.keyOf(recordingNameOf(request.params));
    const range = parseByteRange(request.headers.range, portionSize);
    if (range.kind === 'unsatisfiable') return sendUnsatisfiable(reply, storage, key);

    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const conditions = conditionsOf(request);
    const part = range.kind === 'part' ? { ...conditions, Range: range.header } : conditions;
    let object = await storage.get(key, part, gone.signal);

    const ifRange = request.headers['if-range']?.toString();
    if (object.status === 206 && ifRange !== undefined && !isSame(ifRange, object)) {
      object.body?.destroy();
      object = await storage.get(key, conditions, gone.signal);
    }
    if (object.status === 404) throw recordingNotFound();
    if (object.status === 412) throw preconditionFailed();
    if (object.status === 416) return sendUnsatisfiable(reply, storage, key);
    sendHead(reply, object);
    return reply.send(object.body ?? '');
  });
}
