import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parseInput, recordingNotFound } from '../../lib/errors.ts';
import type { PublicUrl } from '../../adapters/s3/public-urls.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import type { Library } from '../library/recordings.ts';
import { downloadName } from '../library/download-name.ts';
import { recordingNameOf } from '../../http/params.ts';
import { objectIn, sendObject } from '../../http/sending/send-object.ts';
import { timeZoneSchema, wallClock } from '../library/time-zone.ts';
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
    portionSize,
  }: {
    library: Pick<Library, 'keyOf' | 'healMissing'>;
    storage: Pick<Storage, 'head' | 'get'>;
    portionSize: number | undefined;
  },
): Promise<void> {
  for (const method of ['HEAD', 'GET'] as const)
    app.route<VideoRoute>({
      method,
      url: '/recordings/*',
      exposeHeadRoute: false,
      config: { failure: 'Error getting recording', operation: method === 'GET' ? getVideo : headVideo },
      handler(request, reply) {
        const name = recordingNameOf(request.params);
        return sendObject(request, reply, objectIn(storage, library.keyOf(name)), {
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

/** Redirects players to presigned S3 URLs. No request: S3 itself answers 404. */
export async function videoRedirectRoutes(
  app: FastifyInstance,
  { library, publicUrl }: { library: Pick<Library, 'keyOf'>; publicUrl: PublicUrl },
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
