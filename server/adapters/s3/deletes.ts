import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  S3ServiceException,
  type S3Client,
} from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { ReelroomError, storageRefused, storageUnavailable } from '../../errors.ts';
import { orNothing, type Reach } from './errors.ts';
import { refusalOf } from './refusal.ts';
import { patient } from './client.ts';

/** How many objects are deleted at once where each takes a request. */
const atOnce = 16;

/** Why S3 did not delete one of many, by its code; what is no refusal passes. */
function whyNot(code: string, message: string): ReelroomError {
  const status = code === 'AccessDenied' ? 403 : undefined;
  const refusal = refusalOf({ code, message, status }, 's3:DeleteObject');
  return refusal ? storageRefused(refusal.detail) : storageUnavailable(new Error(`${code}: ${message}`));
}

/** Whether a server does not take DeleteObjects at all, or not as the SDK sends it: the objects may be deleted one by one. */
const isNotTaken = (error: unknown): boolean =>
  error instanceof S3ServiceException &&
  [400, 405, 411, 501].includes(error.$metadata.httpStatusCode ?? 0) &&
  refusalOf({ code: error.name, message: error.message, status: undefined }, 's3:DeleteObject') === undefined;

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
  try {
    const { Errors = [] } = await reach('s3:DeleteObject', client.send(request, patient));
    return new Map(Errors.map(({ Key = '', Code = '', Message = '' }) => [Key, whyNot(Code, Message)]));
  } catch (error) {
    const said = error instanceof ReelroomError ? error.cause : error;
    if (!isNotTaken(said)) throw error;
  }
  const refused = new Map<string, ReelroomError>();
  await pMap(
    keys,
    async (Key) => {
      try {
        await reach('s3:DeleteObject', orNothing(client.send(new DeleteObjectCommand({ Bucket, Key }))));
      } catch (error) {
        refused.set(Key, error instanceof ReelroomError ? error : storageUnavailable(error));
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
