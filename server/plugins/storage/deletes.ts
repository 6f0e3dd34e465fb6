import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  S3ServiceException,
  type S3Client,
} from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { ReelroomError, storageRefused, storageUnavailable } from '../../errors.ts';
import { orNothing, type Reach } from './answers.ts';
import { patient } from './s3-client.ts';

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

const whyNot = (code: string, cause?: unknown): ReelroomError =>
  passing.has(code)
    ? storageUnavailable(cause)
    : storageRefused(`S3 refuses: s3:DeleteObject is needed, or the object is locked (${code})`, cause);

/** Why S3 would not delete an object. */
const errorOf = (error: unknown): ReelroomError =>
  error instanceof ReelroomError ? error : whyNot(error instanceof Error ? error.name : String(error), error);

/** Whether a server does not take DeleteObjects at all, or not as the SDK sends it: the objects may be deleted one by one. */
const isNotTaken = (error: unknown): boolean =>
  error instanceof S3ServiceException &&
  [400, 405, 411, 501].includes(error.$metadata.httpStatusCode ?? 0) &&
  error.name !== 'ExpiredToken';

/**
 * Deletes up to 1,000 objects, those that are not there as well: one request; one for each where the
 * server does not take DeleteObjects.
 * @returns why, by the keys of those that S3 would not delete
 * @throws {ReelroomError} STORAGE_UNAVAILABLE, STORAGE_REFUSED where it would delete none
 */
export async function deleteAtOnce(
  { client, reach, Bucket }: { client: S3Client; reach: Reach; Bucket: string },
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
  const answer = client.send(request, patient).catch((error: unknown) => {
    if (!isNotTaken(error)) throw error;
  });
  const taken = await reach('s3:DeleteObject', answer);
  if (taken) return new Map((taken.Errors ?? []).map(({ Key = '', Code = '' }) => [Key, whyNot(Code)]));
  const refused = new Map<string, ReelroomError>();
  await pMap(
    keys,
    async (Key) => {
      const answer = orNothing(client.send(new DeleteObjectCommand({ Bucket, Key })));
      await reach('s3:DeleteObject', answer).catch((error: unknown) => refused.set(Key, errorOf(error)));
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
