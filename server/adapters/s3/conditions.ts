import { S3ServiceException } from '@aws-sdk/client-s3';

/** The precondition of a write (RFC 9110, 13.1): the object has this ETag, or there is none. */
export type WriteCondition = { IfMatch: string } | { IfNoneMatch: '*' };

/** The condition that an object is unchanged: it has this ETag, or there is still none. */
export const ifUnchanged = (etag: string | undefined): WriteCondition =>
  etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag };

/** S3 wrote nothing, since the object was written or deleted concurrently: read it again. */
export class ConditionNotMet extends Error {
  override name = 'ConditionNotMet';
}

/**
 * Whether a write's precondition failed: 412; 409 for a concurrent write; 404 where the object of an If-Match
 * is gone, or an earlier attempt whose response was lost completed the upload (Amazon S3 User Guide,
 * "Conditional write behavior").
 */
const isNotMet = (error: unknown): boolean =>
  error instanceof S3ServiceException &&
  [404, 409, 412].includes(error.$metadata.httpStatusCode ?? 0) &&
  error.name !== 'NoSuchBucket';

/** @throws {ConditionNotMet} where a write's precondition failed */
export async function mapConditionError<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw isNotMet(error)
      ? new ConditionNotMet('the object was written concurrently', { cause: error })
      : error;
  }
}
