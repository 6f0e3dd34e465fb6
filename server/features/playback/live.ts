import { recordingNameSchema } from '@reelroom/shared';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { liveFileNotFound, pictureNotFound } from '../../lib/errors.ts';
import { getAndHead } from '../../http/get-and-head.ts';
import { errors, type Operation } from '../../http/route-doc.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { linkErrors, linkQuery } from '../sharing/check-link.ts';
import { nameParams, recordingNameOf } from '../../http/params.ts';
import { firstThumbnail, isInPart, workingFiles } from '../../bucket/layout.ts';
import { objectIn, sendObject } from '../../http/sending/send-object.ts';
import { fileResponses, fileHeaders } from './video-doc.ts';

type WorkingFileRoute = { Params: { '*': string } };

/** The files of a live recording, by name, with their Cache-Control. */
const liveFiles = [
  { pattern: /^index\.m3u8$/, type: 'application/vnd.apple.mpegurl', cache: 'no-store' },
  { pattern: /^s_\d{5,}\.ts$/, type: 'video/mp2t', cache: 'private, max-age=3600' },
];

const poster: Operation = {
  operationId: 'getPoster',
  tag: 'Video',
  summary: "A recording's picture",
  description: 'Of those that have ended, and of those under way once they have a first one.',
  params: nameParams,
  query: linkQuery,
  headers: fileHeaders,
  responses: {
    ...fileResponses(['image/jpeg']),
    ...errors(...linkErrors, 'STORAGE_UNAVAILABLE'),
    ...errors('RECORDING_NOT_FOUND', ['NOT_FOUND', pictureNotFound().message]),
  },
};

const liveFile: Operation = {
  operationId: 'getLiveFile',
  tag: 'Video',
  summary: 'A recording while it is made, from its beginning (HLS)',
  description:
    '`index.m3u8` is an EVENT playlist (RFC 8216), which names the segments beside it; gone once the recording is ready.',
  params: nameParams.extend({
    file: z.string().describe('index.m3u8, or a segment that it names, such as s_00000.ts'),
  }),
  query: linkQuery,
  headers: fileHeaders,
  responses: {
    ...fileResponses(['application/vnd.apple.mpegurl', 'video/mp2t']),
    ...errors(...linkErrors, 'STORAGE_UNAVAILABLE'),
    ...errors(['NOT_FOUND', liveFileNotFound().message]),
  },
};

/**
 * `GET /posters/:recordingName`: a recording's poster, where it has one. `GET
 * /live/:recordingName/index.m3u8`: a live recording from its beginning (RFC 8216, an EVENT playlist), with
 * its segments beside it; gone once it is ready. Each is one S3 GetObject, with ranges and preconditions: see
 * {@link sendObject}.
 */
export async function workingFileRoutes(
  app: FastifyInstance,
  { storage, path }: { storage: Storage; path: string },
): Promise<void> {
  getAndHead<WorkingFileRoute>(app, '/posters/*', { operation: poster }, (request, reply) => {
    const { poster, thumbsFolder } = workingFiles(path, recordingNameOf(request.params));
    const part = request.reelroomLink?.part;
    const first = part && firstThumbnail(part.from);
    if (part && first && !isInPart(part, first)) throw pictureNotFound();
    return sendObject(request, reply, objectIn(storage, first ? thumbsFolder + first : poster), {
      ...{ type: 'image/jpeg', cacheControl: 'private, max-age=3600', missing: pictureNotFound },
    });
  });

  getAndHead<WorkingFileRoute>(app, '/live/*', { operation: liveFile }, (request, reply) => {
    const [, name = '', file = ''] = /^([^/]+)\/([^/]+)$/.exec(request.params['*']) ?? [];
    const known = liveFiles.find(({ pattern }) => pattern.test(file));
    // A link for a part is for a recording that has ended.
    if (request.reelroomLink?.part) throw liveFileNotFound();
    if (!known || !recordingNameSchema.safeParse(name).success) throw liveFileNotFound();
    const key = workingFiles(path, name).segmentsFolder + file;
    const { type, cache: cacheControl } = known;
    return sendObject(request, reply, objectIn(storage, key), {
      ...{ type, cacheControl, missing: liveFileNotFound },
    });
  });
}
