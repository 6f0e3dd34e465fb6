import { S3ServiceException } from '@aws-sdk/client-s3';
import { recordingLocked, storageRefused, storageUnavailable, type ReelroomError } from '../../lib/errors.ts';
import { ConditionNotMet } from './conditions.ts';
import { refusalOf, type Refusal, type Right } from './refusal.ts';
import type { ObjectHead } from './types.ts';

/** An answer of S3 to a request that was not made by the SDK, which is none of those that were expected. */
export class UnexpectedAnswer extends Error {
  override name = 'UnexpectedAnswer';
  readonly status: number;
  /** S3's own code, where the body says one. */
  readonly code: string;

  /** @param body XML, as S3 writes errors */
  constructor(status: number, body: string) {
    super(`S3 answered ${status}: ${body.slice(0, 1_000)}`);
    this.status = status;
    this.code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ?? String(status);
  }
}

/** What S3 says of an error; nothing where it is not S3 that says it. */
function saidOf(error: unknown): { code: string; message: string; status: number | undefined } | undefined {
  if (error instanceof S3ServiceException)
    return { code: error.name, message: error.message, status: error.$metadata.httpStatusCode };
  if (error instanceof UnexpectedAnswer) return error;
  if (error instanceof Error && error.name === 'CredentialsProviderError')
    return { code: error.name, message: error.message, status: undefined };
  return undefined;
}

/** S3's code for a bucket that is not there, whose 404 is no answer to whether an object is. */
const noBucket = 'NoSuchBucket';

/** Whether S3 says that there is no such bucket. */
export const isNoBucket = (error: unknown): boolean => saidOf(error)?.code === noBucket;

const statusOf = (error: unknown) => {
  return isNoBucket(error) ? undefined : saidOf(error)?.status;
};

/** Whether S3 answered, with a refusal that is about this very request: not found, not changed, no such range. */
const isAnswer = (error: unknown) => {
  const status = statusOf(error) ?? 0;
  return status === 304 || (status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status));
};

/** The error that a refusal is. */
export const refusedFor = ({ detail, isLock }: Refusal, cause?: unknown): ReelroomError =>
  isLock ? recordingLocked(detail, cause) : storageRefused(detail, cause);

/** Hears how requests went. */
export interface Listener {
  /** S3 has done what takes this right. */
  answered(right: Right): void;
  /** S3 does not let us do what takes this right; a lock on one object does not count. */
  refused(right: Right, error: ReelroomError): void;
  /** S3 could not be reached, or could not answer. */
  failed(): void;
}

/**
 * Waits for requests, and tells `listener` of each: what S3 answers; `STORAGE_REFUSED` where a
 * right, the bucket or a setting is missing, `RECORDING_LOCKED` where the object is locked, `STORAGE_UNAVAILABLE` where
 * S3 cannot be reached. What is ended by
 * `signal` fails as it does.
 */
export const createReach =
  (listener: Listener) =>
  async <T>(right: Right, call: Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      const answer = await call;
      listener.answered(right);
      return answer;
    } catch (error) {
      if (signal?.aborted) throw error;
      if (error instanceof ConditionNotMet) {
        listener.answered(right);
        throw error;
      }
      const said = saidOf(error);
      const refusal = said && refusalOf(said, right);
      if (refusal) {
        const refused = refusedFor(refusal, error);
        if (!refusal.isLock) listener.refused(right, refused);
        throw refused;
      }
      if (isAnswer(error)) {
        listener.answered(right);
        throw error;
      }
      listener.failed();
      throw storageUnavailable(error);
    }
  };

export type Reach = ReturnType<typeof createReach>;

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
