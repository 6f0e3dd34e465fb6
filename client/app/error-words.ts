import type { ErrorCode } from '@reelroom/shared';
import { m } from '../messages/messages.ts';

/**
 * What each error of the server means, in the page’s language; what was typed wrong, and which domains a
 * link is for, is said by the server alone.
 */
export const errorWords: Record<Exclude<ErrorCode, 'INVALID_INPUT' | 'SHARE_SIGN_IN'>, string> = {
  UNAUTHENTICATED: m.error_unauthenticated,
  WEBHOOK_INVALID: m.error_webhook_invalid,
  WRONG_PASSWORD: m.error_wrong_password,
  KEY_INVALID: m.error_key_invalid,
  SHARE_INVALID: m.error_share_invalid,
  SHARE_EXPIRED: m.error_share_expired,
  SHARE_LOCKED: m.error_share_locked,
  FORBIDDEN: m.error_forbidden,
  INVITE_INVALID: m.error_invite_invalid,
  WAITING_ROOM: m.error_waiting_room,
  REMOVED_FROM_ROOM: m.error_removed_from_room,
  CONSENT_REQUIRED: m.error_consent_required,
  ORIGIN_NOT_ALLOWED: m.error_origin_not_allowed,
  ROOM_NOT_FOUND: m.error_room_not_found,
  RECORDING_NOT_FOUND: m.error_recording_not_found,
  NOT_FOUND: m.error_not_found,
  METHOD_NOT_ALLOWED: m.error_method_not_allowed,
  REQUEST_TIMEOUT: m.error_request_timeout,
  RECORDING_ALREADY_STARTED: m.error_recording_already_started,
  RECORDING_NOT_STARTED: m.error_recording_not_started,
  RECORDING_LOCKED: m.error_recording_locked,
  PRECONDITION_FAILED: m.error_precondition_failed,
  BODY_TOO_LARGE: m.error_body_too_large,
  UNSUPPORTED_MEDIA_TYPE: m.error_unsupported_media_type,
  HOST_NOT_ALLOWED: m.error_host_not_allowed,
  TOO_MANY_REQUESTS: m.error_too_many_requests,
  HEADERS_TOO_LARGE: m.error_headers_too_large,
  NO_RECORDER: m.error_no_recorder,
  RECORDER_NOT_RESPONDING: m.error_recorder_not_responding,
  TOO_MANY_RECORDINGS: m.error_too_many_recordings,
  LIVEKIT_UNAVAILABLE: m.error_livekit_unavailable,
  STORAGE_UNAVAILABLE: m.error_storage_unavailable,
  STORAGE_REFUSED: m.error_storage_refused,
  STORAGE_NEWER: m.error_storage_newer,
  INDEXING: m.error_indexing,
  INTERNAL: m.error_internal,
};
