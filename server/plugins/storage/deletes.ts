import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  S3ServiceException,
  type S3Client,
} from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { storageRefused, storageUnavailable, type ReelroomError } from '../../errors.ts';

/** How many objects are deleted at once where each takes a request. */
const atOnce = 16;

/** What S3 says when it will be able to later (Amazon S3 API Reference, "List of error codes"). */
const passing = new Set([
  'InternalError',
  'OperationAborted',
  'RequestTimeout',
  'ServiceUnavailable',
  'SlowDown',
]);

/** What S3 says of credentials that it does not take. */
const unknownKey = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'RequestTimeTooSkewed',
]);

const whyNot = (code: string, cause?: unknown): ReelroomError =>
  passing.has(code)
    ? storageUnavailable(cause)
    : storageRefused(`S3 refuses: s3:DeleteObject is needed, or the object is locked (${code})`, cause);

/** Why S3 did not do what it was asked; `STORAGE_UNAVAILABLE` where it could not be asked. */
function errorOf(error: unknown): ReelroomError {
  const status = error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 500) : 500;
  const isRefusal = error instanceof Error && status >= 400 && status < 500 && !unknownKey.has(error.name);
  return isRefusal ? whyNot(error.name, error) : storageUnavailable(error);
}

/** Whether a server does not take DeleteObjects at all, or not as the SDK sends it: the objects may be deleted one by one. */
const isNotTaken = (error: unknown): boolean =>
  error instanceof S3ServiceException &&
  [400, 405, 411, 501].includes(error.$metadata.httpStatusCode ?? 0) &&
  !unknownKey.has(error.name);

/**
 * Deletes up to 1,000 objects, those that are not there as well: one request; one for each where the
 * server does not take DeleteObjects.
 * @returns why, by the keys of those that S3 would not delete
 * @throws {ReelroomError} STORAGE_UNAVAILABLE, STORAGE_REFUSED where it would delete none
 */
export async function deleteAtOnce(
  client: S3Client,
  Bucket: string,
  keys: string[],
): Promise<Map<string, ReelroomError>> {
  const request = new DeleteObjectsCommand({
    Bucket,
    Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
  });
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
    const { Errors = [] } = await client.send(request);
    return new Map(Errors.map(({ Key = '', Code = '' }) => [Key, whyNot(Code)]));
  } catch (error) {
    if (!isNotTaken(error)) throw errorOf(error);
  }
  const refused = new Map<string, ReelroomError>();
  await pMap(
    keys,
    async (Key) => {
      try {
        await client.send(new DeleteObjectCommand({ Bucket, Key }));
      } catch (error) {
        const isGone = error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404;
        if (!isGone) refused.set(Key, errorOf(error));
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
