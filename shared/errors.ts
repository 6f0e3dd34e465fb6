/**
 * Every error that Reelroom answers with, in one table: its stable `code`, and
 * what it is in HTTP (REST) and in tRPC. A 5xx never says what went wrong inside.
 */
export const errorCodes = {
  INVALID_INPUT: { status: 400, trpc: 'BAD_REQUEST' },
  /** The link is not one that was given for this recording, or not for this. */
  SHARE_INVALID: { status: 403, trpc: 'FORBIDDEN' },
  /** The link's time is over, or it was taken back. */
  SHARE_EXPIRED: { status: 403, trpc: 'FORBIDDEN' },
  ROOM_NOT_FOUND: { status: 404, trpc: 'NOT_FOUND' },
  RECORDING_NOT_FOUND: { status: 404, trpc: 'NOT_FOUND' },
  RECORDING_ALREADY_STARTED: { status: 409, trpc: 'CONFLICT' },
  RECORDING_NOT_STARTED: { status: 409, trpc: 'CONFLICT' },
  PRECONDITION_FAILED: { status: 412, trpc: 'PRECONDITION_FAILED' },
  NO_RECORDER: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  TOO_MANY_RECORDINGS: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  LIVEKIT_UNAVAILABLE: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  STORAGE_UNAVAILABLE: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  INDEXING: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  INTERNAL: { status: 500, trpc: 'INTERNAL_SERVER_ERROR' },
} as const;

export type ErrorCode = keyof typeof errorCodes;
