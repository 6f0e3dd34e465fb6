import { TRPCClientError } from '@trpc/client';
import type { AppRouter } from '../server/router.ts';
import type { ErrorCode } from '@reelroom/shared';

/** Whether `error` is that of a call to the server, answered or not. */
export const isCallError = (error: unknown): error is TRPCClientError<AppRouter> =>
  error instanceof TRPCClientError;

/**
 * The code of an error that the server answered with; undefined where it did not answer, or `error` is
 * another.
 */
export const errorCodeOf = (error: unknown): ErrorCode | undefined =>
  isCallError(error) ? error.data?.errorCode : undefined;

/** The HTTP status of the response behind `error`; undefined where there was none, or it is unknown. */
function statusOf(error: TRPCClientError<AppRouter>): number | undefined {
  if (error.data) return error.data.httpStatus;
  const { response } = error.meta ?? {};
  if (response instanceof Response) return response.status;
  // The error event of the `eventsource` package.
  const { cause } = error;
  if (cause instanceof Event && 'code' in cause && typeof cause.code === 'number') return cause.code;
  return undefined;
}

/** Whether a retry may succeed: the server did not answer, or answered with a 5xx. */
export function isRetryable(error: unknown): boolean {
  if (!isCallError(error)) return false;
  const status = statusOf(error);
  return status === undefined || status >= 500;
}
