import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parseInput, recordingNotFound } from '../../lib/errors.ts';
import type { PublicUrl } from '../../adapters/s3/presign.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import type { Library } from '../library/recordings.ts';
import { downloadName } from '../library/download-name.ts';
import { recordingNameOf } from '../../http/params.ts';
import { objectIn, sendObject } from '../../http/sending/send-object.ts';
import { timeZoneSchema, wallClock } from '../library/time-zone.ts';
import type { NotePlayback } from './note-playback.ts';
import type { Parts } from './part.ts';
import { getVideo, headVideo } from './video-doc.ts';

const type = 'video/mp4';

/**
 * `?download` saves the video under its default name, with the time in the reader's zone `tz`;
 * `?download=Title` under this one.
 */
const querySchema = z.object({
  download: z.string().optional().catch(''),
  tz: timeZoneSchema.optional(),
});

type VideoRoute = { Params: { '*': string } };

/**
 * `Content-Disposition` (RFC 6266), where the query asks for a download.
 * @throws {ReelroomError} INVALID_INPUT
 */
function dispositionOf({ params, query }: FastifyRequest<VideoRoute>): string | undefined {
  const { download: title, tz } = parseInput(querySchema, query);
  return title === undefined
    ? undefined
    : contentDisposition(downloadName({ name: recordingNameOf(params), title }, wallClock(tz)));
}

/**
 * `GET` and `HEAD /recordings/:recordingName`: the video, see {@link sendObject}. A paused player pauses the
 * S3 transfer, a closed one ends it.
 */
export async function videoRoutes(
  app: FastifyInstance,
  {
    library,
    storage,
    parts,
    notePlayback,
    portionSize,
  }: {
    library: Pick<Library, 'keyOf' | 'healMissing'>;
    storage: Pick<Storage, 'head' | 'get'>;
    parts: Pick<Parts, 'source'>;
    notePlayback: NotePlayback;
    portionSize: number | undefined;
  },
): Promise<void> {
  app.addHook('onSend', async (request, reply) => notePlayback(request, reply));
  for (const method of ['HEAD', 'GET'] as const)
    app.route<VideoRoute>({
      method,
      url: '/recordings/*',
      exposeHeadRoute: false,
      config: { failure: 'Error getting recording', operation: method === 'GET' ? getVideo : headVideo },
      handler(request, reply) {
        const name = recordingNameOf(request.params);
        const part = request.reelroomLink?.part;
        const source = part ? parts.source(name, part) : objectIn(storage, library.keyOf(name));
        return sendObject(request, reply, source, {
          ...{ type, portionSize, disposition: dispositionOf(request) },
          cacheControl: 'private, no-cache',
          missing() {
            library.healMissing(name);
            return recordingNotFound();
          },
        });
      },
    });
}

/**
 * Redirects players to presigned S3 URLs. No request: S3 itself answers 404. A part of a recording is no object:
 * it is sent from here.
 */
export async function videoRedirectRoutes(
  app: FastifyInstance,
  {
    library,
    parts,
    notePlayback,
    publicUrl,
  }: {
    library: Pick<Library, 'keyOf'>;
    parts: Pick<Parts, 'source'>;
    notePlayback: NotePlayback;
    publicUrl: PublicUrl;
  },
): Promise<void> {
  app.addHook('onSend', async (request, reply) => notePlayback(request, reply));
  for (const method of ['GET', 'HEAD'] as const)
    app.route<VideoRoute>({
      method,
      url: '/recordings/*',
      exposeHeadRoute: false,
      config: { operation: method === 'GET' ? getVideo : headVideo },
      handler: async (request, reply) => {
        const name = recordingNameOf(request.params);
        const disposition = dispositionOf(request);
        const part = request.reelroomLink?.part;
        if (part)
          return sendObject(request, reply, parts.source(name, part), {
            ...{ type, disposition, cacheControl: 'private, no-cache', missing: recordingNotFound },
          });
        const url = await publicUrl(method, library.keyOf(name), { type, disposition });
        return reply.header('cache-control', 'no-store').redirect(url);
      },
    });
}
