import { S3ServiceException } from '@aws-sdk/client-s3';
import { storageUnavailable } from '../../errors.ts';
import type { ObjectHead } from './storage.ts';

const statusOf = (error: unknown) =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

/** Whether S3 answered, with a refusal that is about this very request: not found, not changed, no such range. */
const isAnswer = (error: unknown) => {
  const status = statusOf(error) ?? 0;
  return status === 304 || (status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status));
};

/** What S3 answers; `STORAGE_UNAVAILABLE` where it cannot be reached, or refuses our credentials. */
export async function reach<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const isAbort = error instanceof Error && error.name === 'AbortError';
    throw isAnswer(error) || isAbort ? error : storageUnavailable(error);
  }
}

/** `undefined` in place of S3's "there is none". */
export async function orNothing<T>(call: Promise<T>, ...statuses: number[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if ([404, ...statuses].includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  }
}

/** The answer, also where it is one that the SDK throws: 304, 404, 416. */
export async function orStatus<T extends ObjectHead>(call: Promise<T>): Promise<T | ObjectHead> {
  try {
    return await call;
  } catch (error) {
    const status = statusOf(error);
    if (!(error instanceof S3ServiceException) || status === undefined || !isAnswer(error)) throw error;
    return { status, etag: error.$response?.headers.etag };
  }
}
