import type { FastifyInstance, FastifyReply } from 'fastify';
import { preconditionFailed, recordingNotFound } from '../../errors.ts';
import type { ObjectHead, Storage } from '../../plugins/storage.ts';
import type { Services } from '../../services.ts';
import { parseByteRange } from './byte-range.ts';
import { allowsRange, checkPreconditions } from './preconditions.ts';
import { recordingNameOf } from './routes.ts';
import { getVideo, headVideo } from './video-operation.ts';

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
  }: Pick<Services, 'library'> & { storage: Storage; portionSize: number | undefined },
): Promise<void> {
  const failure = 'Error getting recording';
  const onHead = { config: { failure, operation: headVideo } };
  // Fastify's own HEAD would read the whole video.
  const onGet = { exposeHeadRoute: false, config: { failure, operation: getVideo } };

  app.head<{ Params: { '*': string } }>('/recordings/*', onHead, async ({ params, headers }, reply) => {
    const head = await storage.head(library.keyOf(recordingNameOf(params)));
    if (head.status === 404) {
      library.healMissing(recordingNameOf(params));
      throw recordingNotFound();
    }
    const verdict = checkPreconditions(headers, head);
    if (verdict === 412) throw preconditionFailed();
    sendHead(reply, verdict === 304 ? { ...head, status: 304 } : head);
    return reply.send('');
  });

  app.get<{ Params: { '*': string } }>('/recordings/*', onGet, async ({ params, headers }, reply) => {
    const key = library.keyOf(recordingNameOf(params));
    const range = parseByteRange(headers.range, portionSize);
    if (range.kind === 'unsatisfiable') return sendUnsatisfiable(reply, storage, key);

    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    // S3 does not start a transfer that would end in a 304; the verdict is ours, since
    // servers differ in their dates and lists, and If-Match comes first.
    const IfNoneMatch = headers['if-match'] === undefined ? headers['if-none-match'] : undefined;
    let object = await storage.get(
      key,
      { IfNoneMatch, Range: range.kind === 'part' ? range.header : undefined },
      gone.signal,
    );
    if (object.status === 404) {
      library.healMissing(recordingNameOf(params));
      throw recordingNotFound();
    }

    const verdict = object.status === 304 ? 304 : checkPreconditions(headers, object);
    if (verdict !== 'go on') {
      object.body?.destroy();
      if (verdict === 412) throw preconditionFailed();
      sendHead(reply, { etag: object.etag, lastModified: object.lastModified, status: 304 });
      return reply.send('');
    }
    if (object.status === 206 && !allowsRange(headers['if-range']?.toString(), object)) {
      object.body?.destroy();
      object = await storage.get(key, {}, gone.signal);
    }
    if (object.status === 416) return sendUnsatisfiable(reply, storage, key);
    sendHead(reply, object);
    return reply.send(object.body ?? '');
  });
}
