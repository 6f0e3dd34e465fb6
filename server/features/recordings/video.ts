import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { preconditionFailed, recordingNotFound } from '../../errors.ts';
import type { PublicUrl } from '../../plugins/storage/public-urls.ts';
import type { ObjectHead, Storage } from '../../plugins/storage/storage.ts';
import type { Services } from '../../services.ts';
import { whileOpen } from '../../while-open.ts';
import { parseByteRange } from './byte-range.ts';
import { downloadName } from './download-name.ts';
import { allowsRange, checkPreconditions, isConditional } from './preconditions.ts';
import { recordingNameOf } from './routes.ts';
import { getVideo, headVideo } from './video-operation.ts';

const type = 'video/mp4';

/** `?download` to be saved, under a name of its own; `?download=Title` under this one. */
const querySchema = z.object({ download: z.string().optional().catch('') });

type StoredVideo = ObjectHead & { body?: Readable };
type VideoRoute = { Params: { '*': string } };

/** `Content-Disposition` (RFC 6266), where the query asks for a file. */
function dispositionOf({ params, query }: FastifyRequest<VideoRoute>): string | undefined {
  const { download: title } = querySchema.parse(query);
  return title === undefined
    ? undefined
    : contentDisposition(downloadName({ name: recordingNameOf(params), title }));
}

function sendHead(reply: FastifyReply, head: ObjectHead, disposition?: string): void {
  reply
    .code(head.status)
    .header('accept-ranges', 'bytes')
    .header('cache-control', 'private, no-cache')
    .header('x-content-type-options', 'nosniff');
  if (head.etag !== undefined) reply.header('etag', head.etag);
  if (head.lastModified) reply.header('last-modified', head.lastModified.toUTCString());
  if (head.contentRange !== undefined) reply.header('content-range', head.contentRange);
  if (head.status !== 200 && head.status !== 206) return;
  reply.header('content-type', type).header('content-length', head.contentLength ?? 0);
  if (disposition !== undefined) reply.header('content-disposition', disposition);
}

/**
 * `GET` and `HEAD /recordings/:recordingName`: the video, by RFC 9110 §13 to §15. A
 * GET is one S3 GetObject. A condition is one HeadObject, with no GetObject where it ends in a
 * 304 or 412; beyond that there is a second request only to say 416, and when If-Range turns out
 * not to hold. A paused player pauses the S3 transfer, a closed one ends it, and so does one
 * that has taken nothing for `stalledMs`.
 */
export async function videoRoutes(
  app: FastifyInstance,
  {
    library,
    storage,
    portionSize,
    stalledMs,
  }: Pick<Services, 'library'> & {
    storage: Storage;
    portionSize: number | undefined;
    stalledMs: number;
  },
): Promise<void> {
  const failure = 'Error getting recording';
  const onHead = { config: { failure, operation: headVideo } };
  // Fastify's own HEAD would read the whole video.
  const onGet = { exposeHeadRoute: false, config: { failure, operation: getVideo } };

  function missing(name: string) {
    library.healMissing(name);
    return recordingNotFound();
  }

  app.head<VideoRoute>('/recordings/*', onHead, async (request, reply) => {
    const name = recordingNameOf(request.params);
    const head = await storage.head(library.keyOf(name));
    if (head.status === 404) throw missing(name);
    const verdict = checkPreconditions(request.headers, head);
    if (verdict === 412) throw preconditionFailed();
    sendHead(reply, verdict === 304 ? { ...head, status: 304 } : head, dispositionOf(request));
    return reply.send();
  });

  async function send(
    request: FastifyRequest<VideoRoute>,
    reply: FastifyReply,
    signal: AbortSignal,
  ): Promise<FastifyReply> {
    const { params, headers } = request;
    const name = recordingNameOf(params);
    const key = library.keyOf(name);
    const range = parseByteRange(headers.range, portionSize);

    async function look(): Promise<ObjectHead> {
      const head = await storage.head(key);
      if (head.status === 404) throw missing(name);
      return head;
    }

    // Asked for by its head, a 304 costs no GetObject, and has the tag and the date that
    // an S3 server may leave out of its own.
    if (isConditional(headers)) {
      const head = await look();
      const verdict = checkPreconditions(headers, head);
      if (verdict === 412) throw preconditionFailed();
      if (verdict === 304) {
        sendHead(reply, { ...head, status: 304 });
        return reply.send();
      }
    }

    const Range = range.kind === 'part' ? range.header : undefined;
    let object: StoredVideo =
      range.kind === 'unsatisfiable' ? { status: 416 } : await storage.get(key, { Range }, signal);
    // It names the size (RFC 9110 §15.5.17), which S3's does not.
    if (object.status === 416) object = { ...(await look()), status: 416 };

    const isPartial = object.status === 206 || object.status === 416;
    // The last bytes of none are all there are (§14.1.2), which no Content-Range can say.
    const isLastOfNone = object.status === 416 && object.contentLength === 0 && Range?.startsWith('bytes=-');
    if (isLastOfNone || (isPartial && !allowsRange(headers['if-range']?.toString(), object))) {
      object.body?.destroy();
      object = await storage.get(key, {}, signal);
    }
    if (object.status === 404) throw missing(name);
    if (object.status === 416) object = { status: 416, contentRange: `bytes */${object.contentLength}` };
    sendHead(reply, object, dispositionOf(request));
    return reply.send(object.body);
  }

  app.get<VideoRoute>('/recordings/*', onGet, async (request, reply) => {
    const open = whileOpen(reply);
    // Node ends a connection on which nothing has moved for so long; what is injected has none.
    if (request.socket instanceof Socket) reply.raw.setTimeout(stalledMs);
    try {
      return await send(request, reply, open);
    } catch (error) {
      if (!open.aborted) throw error;
      return reply.hijack();
    }
  });
}

/** Sends players to S3 itself. No request: S3 says by itself what is not there. */
export async function videoRedirectRoutes(
  app: FastifyInstance,
  { library, publicUrl }: Pick<Services, 'library'> & { publicUrl: PublicUrl },
): Promise<void> {
  for (const method of ['GET', 'HEAD'] as const)
    app.route<VideoRoute>({
      method,
      url: '/recordings/*',
      exposeHeadRoute: false,
      config: { operation: method === 'GET' ? getVideo : headVideo },
      handler: async (request, reply) => {
        const key = library.keyOf(recordingNameOf(request.params));
        const url = await publicUrl(method, key, { type, disposition: dispositionOf(request) });
        return reply.header('cache-control', 'no-store').redirect(url);
      },
    });
}
