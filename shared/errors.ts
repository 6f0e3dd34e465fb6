import * as z from 'zod/mini';

/**
 * Every error that Reelroom answers with, in one table: its stable `code`, and
 * what it is in HTTP (REST) and in tRPC. A 5xx never says what went wrong inside.
 */
export const errorCodes = {
  INVALID_INPUT: { status: 400, trpc: 'BAD_REQUEST' },
  /** A webhook that LiveKit did not send. */
  WEBHOOK_INVALID: { status: 401, trpc: 'UNAUTHORIZED' },
  /** The link is not one that was given for this recording, or not for this. */
  SHARE_INVALID: { status: 403, trpc: 'FORBIDDEN' },
  /** The link's time is over, or it was taken back. */
  SHARE_EXPIRED: { status: 403, trpc: 'FORBIDDEN' },
  /** Whoever asks has not the right to do this. */
  FORBIDDEN: { status: 403, trpc: 'FORBIDDEN' },
  /** A page of another origin, which the server was not told to let in. */
  ORIGIN_NOT_ALLOWED: { status: 403, trpc: 'FORBIDDEN' },
  ROOM_NOT_FOUND: { status: 404, trpc: 'NOT_FOUND' },
  RECORDING_NOT_FOUND: { status: 404, trpc: 'NOT_FOUND' },
  /** There is nothing at this address, or no such procedure. */
  NOT_FOUND: { status: 404, trpc: 'NOT_FOUND' },
  /** There is something at this address, but not by this method. */
  METHOD_NOT_ALLOWED: { status: 405, trpc: 'METHOD_NOT_SUPPORTED' },
  /** The request did not arrive in time. */
  REQUEST_TIMEOUT: { status: 408, trpc: 'TIMEOUT' },
  RECORDING_ALREADY_STARTED: { status: 409, trpc: 'CONFLICT' },
  RECORDING_NOT_STARTED: { status: 409, trpc: 'CONFLICT' },
  /** S3 keeps an object as it is (Object Lock): a retention, or a legal hold. */
  RECORDING_LOCKED: { status: 409, trpc: 'CONFLICT' },
  PRECONDITION_FAILED: { status: 412, trpc: 'PRECONDITION_FAILED' },
  BODY_TOO_LARGE: { status: 413, trpc: 'PAYLOAD_TOO_LARGE' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, trpc: 'UNSUPPORTED_MEDIA_TYPE' },
  /** The host name of the request's address is not one of ours. */
  HOST_NOT_ALLOWED: { status: 421, trpc: 'BAD_REQUEST' },
  /** As many answers as one address may have at once are under way to it. */
  TOO_MANY_REQUESTS: { status: 429, trpc: 'TOO_MANY_REQUESTS' },
  /** The address and the headers are longer than a server takes. */
  HEADERS_TOO_LARGE: { status: 431, trpc: 'BAD_REQUEST' },
  NO_RECORDER: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  /** A recorder did not answer when it was asked to stop; it is asked again. */
  RECORDER_NOT_RESPONDING: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  TOO_MANY_RECORDINGS: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  LIVEKIT_UNAVAILABLE: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  STORAGE_UNAVAILABLE: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  /** S3 answers, and refuses: a right, a bucket or a secret is missing. Trying again does not help. */
  STORAGE_REFUSED: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  /** A newer version writes into the bucket, beside which this one may not. */
  STORAGE_NEWER: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  INDEXING: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  INTERNAL: { status: 500, trpc: 'INTERNAL_SERVER_ERROR' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

export const errorCodeSchema = z.enum(
  Object.keys(errorCodes).filter((code): code is ErrorCode => code in errorCodes),
);

/** What REST answers when something is wrong. */
export const errorSchema = z.object({
  errorMessage: z.string().check(z.describe('What is wrong, a sentence for people')),
  code: errorCodeSchema,
});
export type ErrorAnswer = z.infer<typeof errorSchema>;
