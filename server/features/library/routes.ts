import { Readable } from 'node:stream';
import {
  deletedSchema,
  listInputSchema,
  recordingListSchema,
  recordingPageSchema,
  type Deleted,
  type Recording,
} from '@reelroom/shared';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseInput } from '../../lib/errors.ts';
import { nameParams, recordingNameOf } from '../../http/params.ts';
import { getAndHead } from '../../http/get-and-head.ts';
import { errors, json, type Operation } from '../../http/route-doc.ts';
import type { Access } from '../access/access.ts';
import type { Listing } from './listing.ts';
import type { Library } from './recordings.ts';

/** A query's parameters without empty ones, `limit` as a number. */
function givenIn(query: unknown): Record<string, unknown> {
  const given = Object.entries(Object(query)).filter(([, value]) => value !== '');
  return Object.fromEntries(given.map(([key, value]) => [key, key === 'limit' ? Number(value) : value]));
}

/** Documents a parameter: optional, and empty counts as absent. */
const orEmpty = (schema: z.core.$ZodType) =>
  z
    .union([schema, z.literal('')])
    .describe(z.globalRegistry.get(schema)?.description ?? '')
    .optional();

const { shape } = listInputSchema;
const listQuerySchema = z.object({
  roomName: orEmpty(shape.roomName),
  roomId: orEmpty(shape.roomId),
  status: orEmpty(shape.status),
  from: orEmpty(shape.from),
  to: orEmpty(shape.to),
  search: orEmpty(shape.search),
  order: orEmpty(shape.order),
  limit: orEmpty(shape.limit.def.innerType.check(z.describe('Asks for a page, of so many at most'))),
  cursor: orEmpty(shape.cursor),
});

/**
 * Streams `{ recordings: […] }` as fast as it is read. Resolves once the first recording is read, so that an
 * early failure gets an error response; a later one cuts the response.
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

const example: Recording = {
  ...{ id: 'EG_pNzVHzYTqhcD', name: 'team-RM_fC7Rk3PmWb2a-2026-01-31T101530123.mp4' },
  ...{ roomName: 'team', roomId: 'RM_fC7Rk3PmWb2a', startedAt: 1769854530123, size: 48_211_904 },
  ...{ durationMs: 312_480, width: 1280, height: 720, status: 'ready', endedBy: 'stop' },
};
const list: Operation = {
  operationId: 'listRecordings',
  tag: 'Recordings',
  summary: 'Lists recordings',
  description:
    'With `limit` or `cursor` a page, on the first one those under way, too; without, all that have ended. What is given must all hold.',
  query: listQuerySchema,
  responses: {
    200: json('A page, or all', z.union([recordingPageSchema, recordingListSchema]), {
      all: { recordings: [example] },
      page: { live: [], recordings: [example], nextCursor: 'bmV3ZXN0LzE3Njk4NTQ1MzAxMjM' },
    }),
    ...errors(
      ['INVALID_INPUT', 'limit must be a whole number from 1 to 200, such as 50'],
      'INDEXING',
      'STORAGE_UNAVAILABLE',
      'STORAGE_REFUSED',
      'STORAGE_NEWER',
    ),
  },
};

const deletion: Operation = {
  operationId: 'deleteRecording',
  tag: 'Recordings',
  summary: 'Deletes a recording',
  description:
    'It moves to the trash, and is gone with all that belongs to it after `TRASH_DAYS`; at once if there is no trash. One that is still being made is not found.',
  params: nameParams,
  responses: {
    200: json('It is deleted', deletedSchema, {
      deleted: { message: 'Recording deleted' } satisfies Deleted,
    }),
    ...errors(
      'RECORDING_NOT_FOUND',
      'RECORDING_LOCKED',
      'STORAGE_UNAVAILABLE',
      'STORAGE_REFUSED',
      'STORAGE_NEWER',
    ),
  },
};

/** `GET /recordings` and `DELETE /recordings/:recordingName`: the seed's, over the same services as tRPC. */
export async function libraryRoutes(
  app: FastifyInstance,
  {
    library,
    listing,
    access,
  }: {
    library: Pick<Library, 'delete'>;
    listing: Pick<Listing, 'page' | 'all'>;
    access: Pick<Access, 'visibleRooms'>;
  },
): Promise<void> {
  // With a limit or a cursor a page; without, as in the seed, all recordings.
  const onList = { failure: 'Error listing recordings', operation: list };
  getAndHead(app, '/recordings', onList, async ({ method, query, reelroomPrincipal }, reply) => {
    const given = givenIn(query);
    const input = parseInput(listInputSchema, given);
    const visible = await access.visibleRooms(reelroomPrincipal, 'play');
    if ('limit' in given || 'cursor' in given) return listing.page(input, visible);
    const all = await streamed(listing.all(input, visible));
    reply.type('application/json; charset=utf-8');
    if (method === 'GET') return reply.send(all);
    // A response without a body needs no more of the library.
    all.destroy();
    return reply.send(Readable.from([]));
  });

  app.delete<{ Params: { '*': string } }>(
    '/recordings/*',
    { config: { failure: 'Error deleting recording', operation: deletion } },
    async ({ params }): Promise<Deleted> => {
      await library.delete(recordingNameOf(params));
      return { message: 'Recording deleted' };
    },
  );
}
