import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  S3ServiceException,
  type S3Client,
} from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { ReelroomError, storageUnavailable } from '../../lib/errors.ts';
import { orNothing, refusedFor, type Reach } from './errors.ts';
import { refusalOf, type Right } from './refusal.ts';
import { patient } from './client.ts';

/** How many keys S3 lists, or deletes, with one request. */
export const keysAtOnce = 1_000;

/** How many objects are deleted at once where each takes a request. */
const atOnce = 16;

/** Why S3 did not delete one of many, by its code; what is no refusal passes. */
function whyNot(right: Right, code: string, message: string): ReelroomError {
  const status = code === 'AccessDenied' ? 403 : undefined;
  const refusal = refusalOf({ code, message, status }, right);
  return refusal ? refusedFor(refusal) : storageUnavailable(new Error(`${code}: ${message}`));
}

/** Whether a server does not take DeleteObjects at all, or not as the SDK sends it: the objects may be deleted one by one. */
const isNotTaken = (error: unknown): boolean =>
  error instanceof S3ServiceException &&
  [400, 405, 411, 501].includes(error.$metadata.httpStatusCode ?? 0) &&
  refusalOf({ code: error.name, message: error.message, status: undefined }, 's3:DeleteObject') === undefined;

/**
 * Deletes up to 1,000 objects, or versions of them, those that are not there as well: one request; one for each
 * where the server does not take DeleteObjects.
 * @param right that it takes
 * @returns why, by the keys of those that S3 would not delete
 * @throws {ReelroomError} STORAGE_UNAVAILABLE, STORAGE_REFUSED where it would delete none
 */
export async function deleteAtOnce(
  { client, reach, Bucket }: { client: S3Client; reach: Reach; Bucket: string },
  objects: { Key: string; VersionId?: string }[],
  right: Right,
): Promise<Map<string, ReelroomError>> {
  const request = new DeleteObjectsCommand({ Bucket, Delete: { Objects: objects, Quiet: true } });
  // Servers that want it do not take the CRC32 that the SDK sends in its place (aws-sdk-js-v3#6920).
  request.middlewareStack.add(
    (next) => (args) => {
      const { request } = args;
      if (hasBody(request))
        request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64');
      return next(args);
    },
    { step: 'build' },
  );
  try {
    const { Errors = [] } = await reach(right, client.send(request, patient));
    return new Map(
      Errors.map(({ Key = '', Code = '', Message = '' }) => [Key, whyNot(right, Code, Message)]),
    );
  } catch (error) {
    const said = error instanceof ReelroomError ? error.cause : error;
    if (!isNotTaken(said)) throw error;
  }
  const refused = new Map<string, ReelroomError>();
  await pMap(
    objects,
    async (object) => {
      try {
        await reach(right, orNothing(client.send(new DeleteObjectCommand({ Bucket, ...object }))));
      } catch (error) {
        refused.set(object.Key, error instanceof ReelroomError ? error : storageUnavailable(error));
      }
    },
    { concurrency: atOnce },
  );
  return refused;
}

const hasBody = (
  request: unknown,
): request is { body: string | Uint8Array; headers: Record<string, string> } =>
  typeof request === 'object' &&
  request !== null &&
  'headers' in request &&
  'body' in request &&
  (typeof request.body === 'string' || request.body instanceof Uint8Array);
