import { errorCodes, type ErrorCode } from '@reelroom/shared';
import { z } from 'zod';

/** An error for callers: a stable code, and a sentence for people. */
export class ReelroomError extends Error {
  override name = 'ReelroomError';
  readonly code: ErrorCode;
  /** What to fix, for operators: in the log and at `/readyz`. */
  readonly detail: string | undefined;
  /** After how many seconds another try may succeed, where that is known. */
  readonly retryAfter: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options?: ErrorOptions & { detail?: string; retryAfter?: number },
  ) {
    super(message, options);
    this.code = code;
    this.detail = options?.detail;
    this.retryAfter = options?.retryAfter;
  }

  /** Its HTTP status. */
  get status(): number {
    return errorCodes[this.code].status;
  }
}

export const invalidInput = (message: string) => new ReelroomError('INVALID_INPUT', message);
export const roomNotFound = () =>
  new ReelroomError('ROOM_NOT_FOUND', 'Room not found: it opens when the first participant joins');
export const recordingNotFound = (name?: string) =>
  new ReelroomError('RECORDING_NOT_FOUND', `Recording not found${name === undefined ? '' : `: ${name}`}`);
export const pictureNotFound = () =>
  new ReelroomError('NOT_FOUND', 'There is no such picture: the recording has none, or was deleted');
export const liveFileNotFound = () =>
  new ReelroomError('NOT_FOUND', 'This recording is not live: it has ended, or was deleted');
export const shareInvalid = () =>
  new ReelroomError('SHARE_INVALID', 'This link is not valid for this recording');
export const downloadNotShared = () =>
  new ReelroomError('SHARE_INVALID', 'This link is for watching: it does not allow the download');
export const shareLocked = () => new ReelroomError('SHARE_LOCKED', 'This link has a password');
export const wrongLinkPassword = () =>
  new ReelroomError('SHARE_LOCKED', 'That is not the password of this link');
const anyOf = new Intl.ListFormat('en', { type: 'disjunction' });
export const shareSignIn = (domains: readonly string[], email?: string) =>
  new ReelroomError(
    'SHARE_SIGN_IN',
    `This link is for people with an e-mail address of ${anyOf.format(domains)}${
      email === undefined ? '' : `: you are signed in as ${email}`
    }`,
  );
export const tooManyAttempts = () =>
  new ReelroomError(
    'TOO_MANY_REQUESTS',
    'Too many wrong passwords for this link: try again in a quarter of an hour',
  );
export const shareExpired = () => new ReelroomError('SHARE_EXPIRED', 'This link has expired or was revoked');
export const webhookInvalid = () =>
  new ReelroomError('WEBHOOK_INVALID', 'The webhook is not signed with our LiveKit API key');
export const routeNotFound = (method: string, address: string) =>
  new ReelroomError('NOT_FOUND', `There is nothing at ${method} ${address}`);
export const methodNotAllowed = (method: string, address: string, allowed: string[]) =>
  new ReelroomError('METHOD_NOT_ALLOWED', `${address} takes ${allowed.join(', ')}, not ${method}`);
export const bodyTooLarge = (limit: number) =>
  new ReelroomError('BODY_TOO_LARGE', `The body is too large: at most ${limit} bytes`);
export const unsupportedMediaType = () =>
  new ReelroomError(
    'UNSUPPORTED_MEDIA_TYPE',
    'The body must be JSON, sent with Content-Type: application/json',
  );
export const unauthenticated = () => new ReelroomError('UNAUTHENTICATED', 'Sign in to do this');
export const wrongPassword = () =>
  new ReelroomError('WRONG_PASSWORD', 'There is no account of this name and password');
export const keyInvalid = () =>
  new ReelroomError('KEY_INVALID', 'This API key is not valid: it was revoked, or never was one');
export const forbidden = () => new ReelroomError('FORBIDDEN', 'You are not allowed to do this');
export const inviteInvalid = () =>
  new ReelroomError(
    'INVITE_INVALID',
    'This invitation has expired, was revoked, or has been used by as many as it was for: ask for a new one',
  );
export const waitingRoom = () =>
  new ReelroomError('WAITING_ROOM', 'This room has a waiting room: ask to be let in');
export const removedFromRoom = () =>
  new ReelroomError('REMOVED_FROM_ROOM', 'A host has removed you from this room');
export const consentRequired = () =>
  new ReelroomError('CONSENT_REQUIRED', 'Who joins a call here must agree to be recorded');
export const originNotAllowed = (origin: string) =>
  new ReelroomError(
    'ORIGIN_NOT_ALLOWED',
    `Pages of ${origin} may not call this server: CORS_ORIGINS lists those that may`,
  );
export const hostNotAllowed = (host: string) =>
  new ReelroomError(
    'HOST_NOT_ALLOWED',
    `This server does not answer to the host name ${host}: PUBLIC_URL or ALLOWED_HOSTS lists its names`,
  );
export const requestTimeout = () =>
  new ReelroomError('REQUEST_TIMEOUT', 'The request did not arrive in time: try again');
export const headersTooLarge = (limit: number) =>
  new ReelroomError(
    'HEADERS_TOO_LARGE',
    `The URL and the headers are too long: at most ${limit} bytes together`,
  );
export const tooManyRequests = (limit: number) =>
  new ReelroomError(
    'TOO_MANY_REQUESTS',
    `Too many open responses to this address (at most ${limit}): try again when some have ended`,
    { retryAfter: 5 },
  );

/** @param retryAfter in how many seconds calls count anew */
export const tooManyCalls = (retryAfter: number) =>
  new ReelroomError('TOO_MANY_REQUESTS', `Too many calls: try again in ${retryAfter} s`, {
    retryAfter,
  });
export const alreadyStarted = () =>
  new ReelroomError('RECORDING_ALREADY_STARTED', 'Recording already started for this room');
export const notStarted = () =>
  new ReelroomError('RECORDING_NOT_STARTED', 'Recording not started for this room');
export const preconditionFailed = () =>
  new ReelroomError('PRECONDITION_FAILED', 'The stored file does not match If-Match or If-Unmodified-Since');
export const noRecorder = (cause?: unknown) =>
  new ReelroomError(
    'NO_RECORDER',
    'No recorder is free at the moment: nothing was recorded, try again shortly',
    {
      cause,
    },
  );
export const recorderNotResponding = (cause?: unknown) =>
  new ReelroomError(
    'RECORDER_NOT_RESPONDING',
    'The recorder does not respond: the stop is retried until the recording has ended',
    { cause },
  );
export const tooManyRecordings = (limit: number) =>
  new ReelroomError(
    'TOO_MANY_RECORDINGS',
    `This server makes at most ${limit} recordings at once: try again when one has ended`,
  );
export const livekitUnavailable = (cause?: unknown) =>
  new ReelroomError(
    'LIVEKIT_UNAVAILABLE',
    'The video-call server (LiveKit) cannot be reached at the moment',
    {
      cause,
    },
  );
export const storageUnavailable = (cause?: unknown) =>
  new ReelroomError('STORAGE_UNAVAILABLE', 'The storage of recordings (S3) cannot be reached at the moment', {
    cause,
  });

/** @param detail what is refused, and the setting that it concerns, for operators */
export const storageRefused = (detail: string, cause?: unknown) =>
  new ReelroomError(
    'STORAGE_REFUSED',
    'The storage of recordings (S3) refuses this: the server log says why',
    { cause, detail },
  );

/** @param detail S3's message about the lock, for operators */
export const recordingLocked = (detail: string, cause?: unknown) =>
  new ReelroomError(
    'RECORDING_LOCKED',
    'The storage of recordings (S3) has locked this: it cannot be changed until the lock ends',
    { cause, detail },
  );

/** Whether S3 refused because the object is locked. */
export const isLocked = (error: unknown): boolean =>
  error instanceof ReelroomError && error.code === 'RECORDING_LOCKED';

/** Whether a recording was missing. */
export const isNotFound = (error: unknown): boolean =>
  error instanceof ReelroomError && error.code === 'RECORDING_NOT_FOUND';

export const storageNewer = () =>
  new ReelroomError(
    'STORAGE_NEWER',
    'The recordings were stored by a newer version of Reelroom: this one only reads them',
  );

export const indexing = () =>
  new ReelroomError('INDEXING', 'The list of recordings is being built: try again shortly');

/** An example error of each code, for docs/api.md and the OpenAPI document. */
export const exampleErrors: Record<ErrorCode, ReelroomError> = {
  INVALID_INPUT: invalidInput('roomName is required'),
  WEBHOOK_INVALID: webhookInvalid(),
  UNAUTHENTICATED: unauthenticated(),
  WRONG_PASSWORD: wrongPassword(),
  KEY_INVALID: keyInvalid(),
  SHARE_INVALID: shareInvalid(),
  SHARE_EXPIRED: shareExpired(),
  SHARE_LOCKED: shareLocked(),
  SHARE_SIGN_IN: shareSignIn(['example.com']),
  FORBIDDEN: forbidden(),
  INVITE_INVALID: inviteInvalid(),
  WAITING_ROOM: waitingRoom(),
  REMOVED_FROM_ROOM: removedFromRoom(),
  CONSENT_REQUIRED: consentRequired(),
  ORIGIN_NOT_ALLOWED: originNotAllowed('https://elsewhere.example'),
  ROOM_NOT_FOUND: roomNotFound(),
  RECORDING_NOT_FOUND: recordingNotFound(),
  NOT_FOUND: routeNotFound('GET', '/recording'),
  METHOD_NOT_ALLOWED: methodNotAllowed('PUT', '/token', ['POST']),
  REQUEST_TIMEOUT: requestTimeout(),
  RECORDING_ALREADY_STARTED: alreadyStarted(),
  RECORDING_NOT_STARTED: notStarted(),
  RECORDING_LOCKED: recordingLocked('the object is locked'),
  PRECONDITION_FAILED: preconditionFailed(),
  BODY_TOO_LARGE: bodyTooLarge(1_048_576),
  UNSUPPORTED_MEDIA_TYPE: unsupportedMediaType(),
  HOST_NOT_ALLOWED: hostNotAllowed('elsewhere.example'),
  TOO_MANY_REQUESTS: tooManyRequests(1_000),
  HEADERS_TOO_LARGE: headersTooLarge(16_384),
  NO_RECORDER: noRecorder(),
  RECORDER_NOT_RESPONDING: recorderNotResponding(),
  TOO_MANY_RECORDINGS: tooManyRecordings(4),
  LIVEKIT_UNAVAILABLE: livekitUnavailable(),
  STORAGE_UNAVAILABLE: storageUnavailable(),
  STORAGE_REFUSED: storageRefused('s3:PutObject is needed'),
  STORAGE_NEWER: storageNewer(),
  INDEXING: indexing(),
  INTERNAL: toReelroomError(undefined),
};

/** The messages of a ZodError, joined. */
export const validationMessage = (error: z.core.$ZodError): string =>
  [...new Set(error.issues.map((issue) => issue.message))].join('; ');

/**
 * Parses `input` by `schema`.
 * @throws {ReelroomError} INVALID_INPUT with the schema's messages
 */
export function parseInput<Output>(schema: z.core.$ZodType<Output>, input: unknown): Output {
  const result = z.safeParse(schema, input);
  if (!result.success) throw invalidInput(validationMessage(result.error));
  return result.data;
}

/**
 * `error` as callers see it: a ReelroomError unchanged, any other as INTERNAL without its cause's message. A
 * ZodError is internal, too: `parseInput` and tRPC report invalid input themselves.
 */
export function toReelroomError(error: unknown): ReelroomError {
  if (error instanceof ReelroomError) return error;
  return new ReelroomError('INTERNAL', 'Something went wrong on the server', { cause: error });
}
