import { S3ServiceException } from '@aws-sdk/client-s3';

/** What has to hold for an object to be written (RFC 9110, 13.1): that it is still the one with this ETag, or that there is none. */
export type WriteCondition = { IfMatch: string } | { IfNoneMatch: '*' };

/** The condition that an object is still what was seen: the one with this ETag, or none. */
export const ifStill = (etag: string | undefined): WriteCondition =>
  etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag };

/** S3 has written nothing, since somebody else has written, or deleted, the object meanwhile: look again. */
export class ConditionNotMet extends Error {
  override name = 'ConditionNotMet';
}

/**
 * Whether S3 refused a write for its condition: 412; 409 where another write was under way; 404
 * where the object of an If-Match is gone, or the upload was completed by a try whose answer was lost
 * (Amazon S3 User Guide, "Conditional write behavior").
 */
const isNotMet = (error: unknown): boolean =>
  error instanceof S3ServiceException &&
  [404, 409, 412].includes(error.$metadata.httpStatusCode ?? 0) &&
  error.name !== 'NoSuchBucket';

/** @throws {ConditionNotMet} where S3 refuses a write for its condition */
export async function whenMet<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw isNotMet(error) ? new ConditionNotMet('somebody else has written it', { cause: error }) : error;
  }
}
