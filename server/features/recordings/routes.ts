import { Readable } from 'node:stream';
import {
  listInputSchema,
  recordingNameSchema,
  roomInputSchema,
  startInputSchema,
  type Recording,
} from '@reelroom/shared';
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

/** A query's parameters, of which an empty one is none, and `limit` is a number. */
function givenIn(query: unknown): Record<string, unknown> {
  const given = Object.entries(Object(query)).filter(([, value]) => value !== '');
  return Object.fromEntries(given.map(([key, value]) => [key, key === 'limit' ? Number(value) : value]));
}

/**
 * `{ recordings: […] }`, written as fast as it is read. The first recording is there before it is
 * returned, so that what fails at once has an answer; what fails later breaks the answer off.
 */
async function streamed(recordings: AsyncGenerator<Recording>): Promise<Readable> {
  const first = await recordings.next();
  async function* pieces() {
    yield '{"recordings":[';
    if (!first.done) {
      yield JSON.stringify(first.value);
      for await (const recording of recordings) yield `,${JSON.stringify(recording)}`;
    }
    yield ']}';
  }
  return Readable.from(pieces(), { objectMode: false });
}

/** The seed's REST surface of recordings, over the same services as tRPC. */
export async function recordingRoutes(
  app: FastifyInstance,
  { lifecycle, library, listing }: Pick<Services, 'lifecycle' | 'library' | 'listing'>,
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

  // With a limit or a cursor a page; without, as in the seed, all there are.
  app.get(
    '/recordings',
    { exposeHeadRoute: false, config: { failure: 'Error listing recordings' } },
    async ({ query }, reply) => {
      const given = givenIn(query);
      const input = parseInput(listInputSchema, given);
      if ('limit' in given || 'cursor' in given) return listing.page(input);
      const all = await streamed(listing.all(input));
      return reply.type('application/json; charset=utf-8').send(all);
    },
  );

  app.delete<{ Params: { '*': string } }>(
    '/recordings/*',
    { config: { failure: 'Error deleting recording' } },
    async ({ params }) => {
      await library.delete(recordingNameOf(params));
      return { message: 'Recording deleted' };
    },
  );
}
