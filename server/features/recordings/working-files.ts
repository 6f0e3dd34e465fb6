import { recordingNameSchema } from '@reelroom/shared';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { recordingNotFound } from '../../errors.ts';
import type { Storage } from '../../plugins/storage.ts';
import { recordingNameOf } from './routes.ts';
import { workingFiles } from './segments.ts';

/** What a recorder stores piece by piece, by the names of its files, with how long a browser may keep each. */
const liveFiles = [
  { pattern: /^index\.m3u8$/, type: 'application/vnd.apple.mpegurl', cache: 'no-store' },
  { pattern: /^s_\d{5,}\.ts$/, type: 'video/mp2t', cache: 'private, max-age=3600' },
];

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
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const { status, contentLength, body } = await storage.get(key, {}, gone.signal);
    if (status !== 200 || !body) throw recordingNotFound();
    return reply
      .header('content-type', type)
      .header('content-length', contentLength)
      .header('cache-control', cache)
      .header('x-content-type-options', 'nosniff')
      .send(body);
  }

  app.get<{ Params: { '*': string } }>('/posters/*', { exposeHeadRoute: false }, ({ params }, reply) => {
    const { poster } = workingFiles(path, recordingNameOf(params));
    return send(reply, poster, 'image/jpeg', 'private, max-age=3600');
  });

  app.get<{ Params: { '*': string } }>('/live/*', { exposeHeadRoute: false }, ({ params }, reply) => {
    const [, name = '', file = ''] = /^([^/]+)\/([^/]+)$/.exec(params['*']) ?? [];
    const known = liveFiles.find(({ pattern }) => pattern.test(file));
    if (!known || !recordingNameSchema.safeParse(name).success) throw recordingNotFound();
    return send(reply, workingFiles(path, name).segmentsFolder + file, known.type, known.cache);
  });
}
