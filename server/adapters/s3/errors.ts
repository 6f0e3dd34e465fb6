import { S3ServiceException } from '@aws-sdk/client-s3';
import { recordingLocked, storageRefused, storageUnavailable, type ReelroomError } from '../../lib/errors.ts';
import { ConditionNotMet } from './conditions.ts';
import { refusalOf, type Refusal, type Right } from './refusal.ts';
import type { ObjectHead } from './types.ts';

/** An unexpected response of S3 to a request that was not made by the SDK. */
export class UnexpectedResponse extends Error {
  override name = 'UnexpectedAnswer';
  readonly status: number;
  /** S3's error code, where the body has one. */
  readonly code: string;

  /** @param body XML, as S3 writes errors */
  constructor(status: number, body: string) {
    super(`S3 answered ${status}: ${body.slice(0, 1_000)}`);
    this.status = status;
    this.code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ?? String(status);
  }
}

/** S3's details of an error; undefined where it is not S3's. */
function detailsOf(
  error: unknown,
): { code: string; message: string; status: number | undefined } | undefined {
  if (error instanceof S3ServiceException)
    return { code: error.name, message: error.message, status: error.$metadata.httpStatusCode };
  if (error instanceof UnexpectedResponse) return error;
  if (error instanceof Error && error.name === 'CredentialsProviderError')
    return { code: error.name, message: error.message, status: undefined };
  return undefined;
}

/** S3's code for a missing bucket, whose 404 says nothing about an object. */
const noBucket = 'NoSuchBucket';

/** Whether S3 reports that there is no such bucket. */
export const isNoBucket = (error: unknown): boolean => detailsOf(error)?.code === noBucket;

const statusOf = (error: unknown) => {
  return isNoBucket(error) ? undefined : detailsOf(error)?.status;
};

/** Whether S3 answered with an error about this very request: not found, not modified, no such range. */
const isClientError = (error: unknown) => {
  const status = statusOf(error) ?? 0;
  return status === 304 || (status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status));
};

/** The error for a refusal. */
export const errorOfRefusal = ({ detail, isLock }: Refusal, cause?: unknown): ReelroomError =>
  isLock ? recordingLocked(detail, cause) : storageRefused(detail, cause);

/** Is told the outcome of requests. */
export interface Listener {
  /** A request that needs this right succeeded. */
  answered(right: Right): void;
  /** S3 refused a request that needs this right; a lock on one object does not count. */
  refused(right: Right, error: ReelroomError): void;
  /** S3 could not be reached, or failed. */
  failed(): void;
}

/**
 * Awaits requests, maps their errors and reports each outcome to `listener`: `STORAGE_REFUSED` where a right,
 * the bucket or a setting is missing, `RECORDING_LOCKED` where the object is locked, `STORAGE_UNAVAILABLE`
 * where S3 cannot be reached. Client errors (404, 412 …), and those of an aborted `signal`, are thrown
 * unchanged.
 */
export const createErrorMapper =
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
      const details = detailsOf(error);
      const refusal = details && refusalOf(details, right);
      if (refusal) {
        const refused = errorOfRefusal(refusal, error);
        if (!refusal.isLock) listener.refused(right, refused);
        throw refused;
      }
      if (isClientError(error)) {
        listener.answered(right);
        throw error;
      }
      listener.failed();
      throw storageUnavailable(error);
    }
  };

export type MapS3Error = ReturnType<typeof createErrorMapper>;

/** Awaits `call`; undefined for a 404, or one of `statuses`. */
export async function undefinedIf404<T>(call: Promise<T>, ...statuses: number[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if ([404, ...statuses].includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  }
}

/** Awaits `call`; a status that the SDK throws (304, 404, 416) is returned as a head. */
export async function withStatus<T extends ObjectHead>(call: Promise<T>): Promise<T | ObjectHead> {
  try {
    return await call;
  } catch (error) {
    const status = statusOf(error);
    if (!(error instanceof S3ServiceException) || status === undefined || !isClientError(error)) throw error;
    return { status, etag: error.$response?.headers.etag };
  }
}
