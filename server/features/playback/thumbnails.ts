import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { pictureNotFound } from '../../lib/errors.ts';
import { getAndHead } from '../../http/get-and-head.ts';
import { binary, errors, type Operation } from '../../http/route-doc.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import type { Library } from '../library/recordings.ts';
import { linkErrors, linkQuery, tokenIn } from '../sharing/check-link.ts';
import { jpegSize } from './jpeg-size.ts';
import { nameParams, recordingNameOf } from '../../http/params.ts';
import { isInPart, listThumbnails, thumbnailSeconds, workingFiles } from '../../bucket/layout.ts';
import type { Part } from '../sharing/restrictions.ts';
import { objectIn, sendObject } from '../../http/sending/send-object.ts';
import { emptyTrack, thumbnailTrack } from './vtt.ts';
import { fileResponses, fileHeaders } from './video-doc.ts';

type ThumbnailRoute = { Params: { '*': string } };

const operation: Operation = {
  operationId: 'getThumbnail',
  tag: 'Video',
  summary: 'Pictures to show while somebody looks for a place in a recording',
  description:
    '`index.vtt` says which of those beside it to show when (WebVTT), and is empty where there are none. Of recordings that have ended.',
  params: nameParams.extend({
    file: z.string().describe('index.vtt, or a picture that it names, such as t_00000.jpeg'),
  }),
  query: linkQuery,
  headers: fileHeaders,
  responses: {
    ...fileResponses(['image/jpeg']),
    200: {
      description: 'The track, or a picture',
      headers: z.object({ 'Cache-Control': z.string() }),
      content: { 'text/vtt': { schema: z.string() }, ...binary('image/jpeg') },
    },
    ...errors(...linkErrors, 'STORAGE_UNAVAILABLE'),
    ...errors('RECORDING_NOT_FOUND', ['NOT_FOUND', pictureNotFound().message]),
  },
};

/** How many bytes of a thumbnail contain its size. */
const headBytes = 4_096;

/** A day: the thumbnails of an ended recording do not change. */
const cacheControl = 'private, max-age=86400';

/**
 * `GET /thumbs/:recordingName/index.vtt`: the thumbnail track for scrubbing (WebVTT), empty without
 * thumbnails; four S3 requests. With a link for a part those of the part. `GET /thumbs/:recordingName/t_00000.jpeg`: a thumbnail; one S3 GetObject, see
 * {@link sendObject}.
 */
export async function thumbnailRoutes(
  app: FastifyInstance,
  { library, storage, path }: { library: Pick<Library, 'get'>; storage: Storage; path: string },
): Promise<void> {
  async function sizeOf(key: string | undefined) {
    const part = key === undefined ? undefined : await storage.getPart(key, 0, headBytes);
    return part && jpegSize(part.bytes);
  }

  async function trackOf(name: string, token: string | undefined, part: Part | undefined): Promise<string> {
    const [{ durationMs }, all] = await Promise.all([library.get(name), listThumbnails(storage, path, name)]);
    const keys = part ? all.filter((key) => isInPart(part, key)) : all;
    const query = token === undefined ? '' : `?share=${token}`;
    const size = await sizeOf(keys[0]);
    if (!size) return emptyTrack;
    const files = keys.map((key) => key.slice(key.lastIndexOf('/') + 1));
    const its = part
      ? { durationMs: (part.to - part.from) * 1_000, startMs: part.from * 1_000 }
      : { durationMs };
    return thumbnailTrack({ files, query, size, seconds: thumbnailSeconds, ...its });
  }

  getAndHead<ThumbnailRoute>(app, '/thumbs/*', { operation }, async (request, reply) => {
    const [, name = '', file = ''] = /^([^/]+)\/([^/]+)$/.exec(request.params['*']) ?? [];
    const folder = workingFiles(path, recordingNameOf({ '*': name })).thumbsFolder;
    const part = request.reelroomLink?.part;
    if (file === 'index.vtt') {
      const track = await trackOf(name, tokenIn(request.query), part);
      return reply
        .type('text/vtt; charset=utf-8')
        .header('cache-control', track === emptyTrack ? 'private, no-cache' : cacheControl)
        .send(track);
    }

    if (!/^t_\d{5,}\.jpeg$/.test(file) || (part && !isInPart(part, file))) throw pictureNotFound();
    return sendObject(request, reply, objectIn(storage, folder + file), {
      ...{ type: 'image/jpeg', cacheControl, missing: pictureNotFound },
    });
  });
}
