import { Readable } from 'node:stream';
import formbody from '@fastify/formbody';
import { zipInputSchema } from '@reelroom/shared';
import { makeZip, predictLength } from 'client-zip';
import type { FastifyInstance, FastifyReply } from 'fastify';
import pMap from 'p-map';
import { z } from 'zod';
import { invalidInput, parseInput, storageUnavailable } from '../../errors.ts';
import { binary, errors, type Operation } from '../../operation.ts';
import type { Storage } from '../../plugins/storage/storage.ts';
import type { Services } from '../../services.ts';
import { whileOpen } from '../../while-open.ts';
import { downloadName } from './download-name.ts';
import { uniqueNames } from './zip-names.ts';

/** How many recordings are looked up at once. */
const atOnce = 16;

/** A file that goes into a ZIP: an object of S3, as long as it has this ETag. */
export interface ZippedFile {
  key: string;
  etag: string | undefined;
  /** Bytes. */
  size: number;
  /** What it is called in the ZIP. */
  name: string;
  lastModified: Date;
}

/** How long the ZIP of these files is, in bytes. */
export const zipLength = (files: Pick<ZippedFile, 'name' | 'size'>[]): bigint => predictLength(files);

/**
 * These files as a ZIP, nothing in it compressed: `zipLength` bytes. It is read from S3 as fast
 * as it is taken, one file after the other, with one GetObject each; no other holds a connection, and
 * nothing is stored. The stream fails where S3 does, or where a file is not the same any more.
 */
export function zipOf(storage: Pick<Storage, 'get'>, files: ZippedFile[], signal: AbortSignal): Readable {
  async function* bytesOf({ key, etag, name }: ZippedFile): AsyncGenerator<Uint8Array> {
    const { status, body } = await storage.get(key, { IfMatch: etag }, signal);
    if (status !== 200 || !body) throw storageUnavailable(new Error(`${status} instead of ${name}`));
    yield* body;
  }
  const entries = files.map((file) => ({
    name: file.name,
    size: file.size,
    lastModified: file.lastModified,
    // Nothing is asked of S3 before this file's turn.
    input: { [Symbol.asyncIterator]: () => bytesOf(file) },
  }));
  return Readable.from(makeZip(entries), { objectMode: false });
}

const example = 'team-RM_fC7Rk3PmWb2a-2026-01-31T101530123.mp4';

const answers: Operation['answers'] = {
  200: {
    description: 'Nothing in it is compressed; it is broken off where S3 fails',
    headers: z.object({
      'Content-Length': z.string().describe('Bytes'),
      'Content-Disposition': z.string(),
      'Cache-Control': z.string(),
    }),
    content: binary('application/zip'),
  },
  ...errors(
    ['INVALID_INPUT', `${example} cannot be downloaded: only recordings that are ready can`],
    ['RECORDING_NOT_FOUND', `Recording not found: ${example}`],
    'STORAGE_UNAVAILABLE',
  ),
};

/** How many may be named in an address, whose parser reads a thousand and forgets the rest. */
const mostInAddress = 100;

const fewNames = zipInputSchema.shape.names.max(
  mostInAddress,
  `name is given too often: at most ${mostInAddress} times in an address; POST takes more`,
);

const getZip: Operation = {
  operationId: 'getZip',
  tag: 'Video',
  summary: 'Some recordings as one ZIP',
  description:
    'Where there are few: a long address is not taken everywhere. One that is named twice is in it once.',
  query: z.object({ name: fewNames }),
  answers,
};

const postZip: Operation = {
  operationId: 'postZip',
  tag: 'Video',
  summary: 'Up to a thousand recordings as one ZIP',
  description: 'For a form of a page, with which the browser saves it, or in JSON.',
  body: {
    'application/json': { schema: zipInputSchema, example: { names: [example] } },
    'application/x-www-form-urlencoded': {
      schema: z.object({ name: zipInputSchema.shape.names }),
      example: { name: [example] },
    },
  },
  answers,
};

/** `names`, given one by one. */
const named = (name: unknown) => ({ names: name === undefined ? [] : [name].flat() });

/**
 * `POST /recordings/zip`, with `name`, repeated, from a form, or with JSON, `{ names: […] }`;
 * `GET /recordings/zip?name=…&name=…` where there are few: recordings as one ZIP, of a length
 * that is told first. Two S3 requests for each before the answer begins, and one for each
 * within; an answer that S3 breaks off is broken off.
 *
 * Errors: INVALID_INPUT, also for a recording that is not ready; RECORDING_NOT_FOUND. Both say which.
 */
export async function zipRoutes(
  app: FastifyInstance,
  { library, lifecycle, storage }: Pick<Services, 'library' | 'lifecycle'> & { storage: Storage },
): Promise<void> {
  // For these routes only: a page of any other site can send a form.
  await app.register(formbody);

  async function fileOf(name: string): Promise<ZippedFile> {
    const { recording, etag } = await library.find(name);
    if (recording.status !== 'ready' || lifecycle.isLive(name))
      throw invalidInput(`${name} cannot be downloaded: only recordings that are ready can`);
    return {
      ...{ etag, size: recording.size, key: library.keyOf(name), name: downloadName(recording) },
      lastModified: new Date(recording.startedAt),
    };
  }

  async function send(input: unknown, reply: FastifyReply): Promise<FastifyReply> {
    const { names } = parseInput(zipInputSchema, input);
    const files = await pMap(new Set(names), fileOf, { concurrency: atOnce });
    const inZip = uniqueNames(files.map(({ name }) => name));
    const zipped = files.map((file, index) => ({ ...file, name: inZip[index] ?? file.name }));

    const open = whileOpen(reply);
    const today = new Date().toISOString().slice(0, 10);
    return reply
      .header('content-type', 'application/zip')
      .header('content-length', String(zipLength(zipped)))
      .header('content-disposition', `attachment; filename="Reelroom recordings ${today}.zip"`)
      .header('cache-control', 'private, no-cache')
      .header('x-content-type-options', 'nosniff')
      .send(zipOf(storage, zipped, open));
  }

  const failure = 'Error downloading recordings';
  const onGet = { exposeHeadRoute: false, config: { failure, operation: getZip } };
  app.get<{ Querystring: { name?: unknown } }>('/recordings/zip', onGet, ({ query }, reply) => {
    const { names } = named(query.name);
    return send({ names: names.length === 0 ? names : parseInput(fewNames, names) }, reply);
  });
  app.post('/recordings/zip', { config: { failure, operation: postZip } }, ({ body }, reply) => {
    const given = Object(body);
    return send('name' in given ? named(given.name) : given, reply);
  });
}
