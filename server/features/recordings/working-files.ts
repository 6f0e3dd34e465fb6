import { recordingNameSchema } from '@reelroom/shared';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { recordingNotFound } from '../../errors.ts';
import { binary, errors, type Operation } from '../../operation.ts';
import type { Storage } from '../../plugins/storage/storage.ts';
import { whileOpen } from '../../while-open.ts';
import { linkQuery } from '../shares/check-link.ts';
import { nameParams, recordingNameOf } from './routes.ts';
import { workingFiles } from './segments.ts';

/** What a recorder stores piece by piece, by the names of its files, with how long a browser may keep each. */
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
  answers: {
    200: { description: 'The picture', content: binary('image/jpeg') },
    ...errors('SHARE_INVALID', 'SHARE_EXPIRED', 'RECORDING_NOT_FOUND', 'STORAGE_UNAVAILABLE'),
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
  answers: {
    200: {
      description: 'The playlist, or a segment of four seconds',
      content: { 'application/vnd.apple.mpegurl': { schema: z.string() }, ...binary('video/mp2t') },
    },
    ...errors('SHARE_INVALID', 'SHARE_EXPIRED', 'RECORDING_NOT_FOUND', 'STORAGE_UNAVAILABLE'),
  },
};

/**
 * `GET /posters/:recordingName`: a recording's picture, where it has one.
 * `GET /live/:recordingName/index.m3u8`: the recording while it is being made, from its
 * beginning (RFC 8216, an EVENT playlist), its segments beside it; gone once it is ready.
 * Each is one S3 GetObject.
 */
export async function workingFileRoutes(
  app: FastifyInstance,
  { storage, path }: { storage: Storage; path: string },
): Promise<void> {
  async function send(reply: FastifyReply, key: string, type: string, cache: string): Promise<FastifyReply> {
    const open = whileOpen(reply);
    const { status, contentLength, body } = await storage.get(key, {}, open);
    if (status !== 200 || !body) throw recordingNotFound();
    return reply
      .header('content-type', type)
      .header('content-length', contentLength)
      .header('cache-control', cache)
      .header('x-content-type-options', 'nosniff')
      .send(body);
  }

  app.get<{ Params: { '*': string } }>(
    '/posters/*',
    { exposeHeadRoute: false, config: { operation: poster } },
    ({ params }, reply) => {
      const files = workingFiles(path, recordingNameOf(params));
      return send(reply, files.poster, 'image/jpeg', 'private, max-age=3600');
    },
  );

  app.get<{ Params: { '*': string } }>(
    '/live/*',
    { exposeHeadRoute: false, config: { operation: liveFile } },
    ({ params }, reply) => {
      const [, name = '', file = ''] = /^([^/]+)\/([^/]+)$/.exec(params['*']) ?? [];
      const known = liveFiles.find(({ pattern }) => pattern.test(file));
      if (!known || !recordingNameSchema.safeParse(name).success) throw recordingNotFound();
      return send(reply, workingFiles(path, name).segmentsFolder + file, known.type, known.cache);
    },
  );
}
