import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  S3ServiceException,
  type S3Client,
} from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { ReelroomError, storageUnavailable } from '../../lib/errors.ts';
import { undefinedIf404, errorOfRefusal, type MapS3Error } from './errors.ts';
import { refusalOf, type Right } from './refusal.ts';
import { longRequest } from './client.ts';

/** How many keys S3 lists or deletes per request. */
export const maxKeysPerRequest = 1_000;

/** How many objects are deleted concurrently where each takes a request. */
const maxConcurrent = 16;

/** The error of a key that S3 did not delete, by its code. */
function errorOfKey(right: Right, code: string, message: string): ReelroomError {
  const status = code === 'AccessDenied' ? 403 : undefined;
  const refusal = refusalOf({ code, message, status }, right);
  return refusal ? errorOfRefusal(refusal) : storageUnavailable(new Error(`${code}: ${message}`));
}

/** Whether a server does not support DeleteObjects, or not as the SDK sends it: single deletes may work. */
const isUnsupported = (error: unknown): boolean =>
  error instanceof S3ServiceException &&
  [400, 405, 411, 501].includes(error.$metadata.httpStatusCode ?? 0) &&
  refusalOf({ code: error.name, message: error.message, status: undefined }, 's3:DeleteObject') === undefined;

/**
 * Deletes up to 1,000 objects, or versions of them, missing ones included: one request; one for each where
 * the server does not support DeleteObjects.
 * @param right the one it needs
 * @returns the errors of those that are left, by key
 * @throws {ReelroomError} STORAGE_UNAVAILABLE, STORAGE_REFUSED where it would delete none
 */
export async function deleteBatch(
  { client, mapS3Error, Bucket }: { client: S3Client; mapS3Error: MapS3Error; Bucket: string },
  objects: { Key: string; VersionId?: string }[],
  right: Right,
): Promise<Map<string, ReelroomError>> {
  const request = new DeleteObjectsCommand({ Bucket, Delete: { Objects: objects, Quiet: true } });
  // Servers that require it refuse the CRC32 that the SDK sends instead (aws-sdk-js-v3#6920).
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
    const { Errors = [] } = await mapS3Error(right, client.send(request, longRequest));
    return new Map(
      Errors.map(({ Key = '', Code = '', Message = '' }) => [Key, errorOfKey(right, Code, Message)]),
    );
  } catch (error) {
    const cause = error instanceof ReelroomError ? error.cause : error;
    if (!isUnsupported(cause)) throw error;
  }
  const refused = new Map<string, ReelroomError>();
  await pMap(
    objects,
    async (object) => {
      try {
        await mapS3Error(right, undefinedIf404(client.send(new DeleteObjectCommand({ Bucket, ...object }))));
      } catch (error) {
        refused.set(object.Key, error instanceof ReelroomError ? error : storageUnavailable(error));
      }
    },
    { concurrency: maxConcurrent },
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
