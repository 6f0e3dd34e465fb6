import * as z from 'zod/mini';

/**
 * All errors of Reelroom: the stable `code`, with its HTTP status (REST) and its tRPC code. A 5xx never
 * reveals internals.
 */
export const errorCodes = {
  INVALID_INPUT: { status: 400, trpc: 'BAD_REQUEST' },
  /** A webhook without LiveKit's signature. */
  WEBHOOK_INVALID: { status: 401, trpc: 'UNAUTHORIZED' },
  /** The call needs credentials: a session, or a key. */
  UNAUTHENTICATED: { status: 401, trpc: 'UNAUTHORIZED' },
  /** There is no account of this name and password. */
  WRONG_PASSWORD: { status: 401, trpc: 'UNAUTHORIZED' },
  /** The API key is forged, or was revoked. */
  KEY_INVALID: { status: 401, trpc: 'UNAUTHORIZED' },
  /** The share link is not for this recording, or does not allow this. */
  SHARE_INVALID: { status: 403, trpc: 'FORBIDDEN' },
  /** The share link has expired or was revoked. */
  SHARE_EXPIRED: { status: 403, trpc: 'FORBIDDEN' },
  /** The share link has a password, which was not given, or is another. */
  SHARE_LOCKED: { status: 403, trpc: 'FORBIDDEN' },
  /** The share link is for people of some e-mail domains: the caller has not signed in with such an address. */
  SHARE_SIGN_IN: { status: 403, trpc: 'FORBIDDEN' },
  /** The principal may not do this. */
  FORBIDDEN: { status: 403, trpc: 'FORBIDDEN' },
  /** The invite is not for this room, has expired, was revoked, or has let in as many as it may. */
  INVITE_INVALID: { status: 403, trpc: 'FORBIDDEN' },
  /** The room has a waiting room: a host has to admit the caller first. */
  WAITING_ROOM: { status: 403, trpc: 'FORBIDDEN' },
  /** A host has removed the caller from the room. */
  REMOVED_FROM_ROOM: { status: 403, trpc: 'FORBIDDEN' },
  /** Who joins must agree to be recorded. */
  CONSENT_REQUIRED: { status: 403, trpc: 'FORBIDDEN' },
  /** A page of another origin that is not allowed. */
  ORIGIN_NOT_ALLOWED: { status: 403, trpc: 'FORBIDDEN' },
  ROOM_NOT_FOUND: { status: 404, trpc: 'NOT_FOUND' },
  RECORDING_NOT_FOUND: { status: 404, trpc: 'NOT_FOUND' },
  /** There is no such route or procedure. */
  NOT_FOUND: { status: 404, trpc: 'NOT_FOUND' },
  /** The path has routes for other methods only. */
  METHOD_NOT_ALLOWED: { status: 405, trpc: 'METHOD_NOT_SUPPORTED' },
  /** The request did not arrive in time. */
  REQUEST_TIMEOUT: { status: 408, trpc: 'TIMEOUT' },
  RECORDING_ALREADY_STARTED: { status: 409, trpc: 'CONFLICT' },
  RECORDING_NOT_STARTED: { status: 409, trpc: 'CONFLICT' },
  /** S3 locks an object (Object Lock): a retention period, or a legal hold. */
  RECORDING_LOCKED: { status: 409, trpc: 'CONFLICT' },
  PRECONDITION_FAILED: { status: 412, trpc: 'PRECONDITION_FAILED' },
  BODY_TOO_LARGE: { status: 413, trpc: 'PAYLOAD_TOO_LARGE' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, trpc: 'UNSUPPORTED_MEDIA_TYPE' },
  /** The request's host name is not one of ours. */
  HOST_NOT_ALLOWED: { status: 421, trpc: 'BAD_REQUEST' },
  /** The client's address has too many open responses, or calls too often. */
  TOO_MANY_REQUESTS: { status: 429, trpc: 'TOO_MANY_REQUESTS' },
  /** The URL and the headers are too long. */
  HEADERS_TOO_LARGE: { status: 431, trpc: 'BAD_REQUEST' },
  NO_RECORDER: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  /** A recorder did not answer a stop; the stop is retried. */
  RECORDER_NOT_RESPONDING: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  TOO_MANY_RECORDINGS: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  LIVEKIT_UNAVAILABLE: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  STORAGE_UNAVAILABLE: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  /** S3 refuses: a right, a bucket or a secret is missing. A retry does not help. */
  STORAGE_REFUSED: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  /** A newer version writes into the bucket, beside which this one may not write. */
  STORAGE_NEWER: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  INDEXING: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  INTERNAL: { status: 500, trpc: 'INTERNAL_SERVER_ERROR' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

export const errorCodeSchema = z.enum(
  Object.keys(errorCodes).filter((code): code is ErrorCode => code in errorCodes),
);

/** The body of a REST error. */
export const errorSchema = z.object({
  errorMessage: z.string().check(z.describe('What is wrong, a sentence for people')),
  code: errorCodeSchema,
});
export type ErrorAnswer = z.infer<typeof errorSchema>;
