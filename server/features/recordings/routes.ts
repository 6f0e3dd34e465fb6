import { listInputSchema, recordingNameSchema, roomInputSchema, startInputSchema } from '@reelroom/shared';
import type { FastifyInstance } from 'fastify';
import { parseInput, recordingNotFound } from '../../errors.ts';
import type { Services } from '../../services.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a REST route's 500 says, as in the seed. */
    failure?: string;
  }
}

/** A name that cannot be a recording's is one that is not found. */
export function recordingNameOf(params: { '*': string }): string {
  const { data } = recordingNameSchema.safeParse(params['*']);
  if (data === undefined) throw recordingNotFound();
  return data;
}

/** The seed's REST surface of recordings, over the same services as tRPC. */
export async function recordingRoutes(
  app: FastifyInstance,
  { lifecycle, library }: Pick<Services, 'lifecycle' | 'library'>,
): Promise<void> {
  app.post('/recordings/start', { config: { failure: 'Error starting recording' } }, async ({ body }) => {
    const { name, startedAt } = await lifecycle.start(parseInput(startInputSchema, body ?? {}));
    return { message: 'Recording started', recording: { name, startedAt } };
  });

  app.post('/recordings/stop', { config: { failure: 'Error stopping recording' } }, async ({ body }) => {
    const { roomName } = parseInput(roomInputSchema, body ?? {});
    const { name, startedAt, size } = await lifecycle.stop(roomName);
    return { message: 'Recording stopped', recording: { name, startedAt, size } };
  });

  app.get('/recordings', { config: { failure: 'Error listing recordings' } }, async ({ query }) => ({
    recordings: await library.list(parseInput(listInputSchema, query)),
  }));

  app.delete<{ Params: { '*': string } }>(
    '/recordings/*',
    { config: { failure: 'Error deleting recording' } },
    async ({ params }) => {
      await library.delete(recordingNameOf(params));
      return { message: 'Recording deleted' };
    },
  );
}
