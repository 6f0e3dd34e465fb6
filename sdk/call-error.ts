import { TRPCClientError } from '@trpc/client';
import type { AppRouter } from '../server/router.ts';
import type { ErrorCode } from '@reelroom/shared';

/** Whether `error` is that of a call to the server, or of one that did not get there. */
export const isCallError = (error: unknown): error is TRPCClientError<AppRouter> =>
  error instanceof TRPCClientError;

/**
 * The code of an error that the server answered with; nothing where no answer came, or
 * `error` is of something else.
 */
export const errorCodeOf = (error: unknown): ErrorCode | undefined =>
  isCallError(error) ? error.data?.errorCode : undefined;

/** The HTTP status of the answer that `error` is about; nothing where there was none, or it is not told. */
function statusOf(error: TRPCClientError<AppRouter>): number | undefined {
  if (error.data) return error.data.httpStatus;
  const { response } = error.meta ?? {};
  if (response instanceof Response) return response.status;
  // The event of an EventSource from the library of that name.
  const { cause } = error;
  if (cause instanceof Event && 'code' in cause && typeof cause.code === 'number') return cause.code;
  return undefined;
}

/** Whether what failed may go well later: no answer came, or it said so. */
export function isRetryable(error: unknown): boolean {
  if (!isCallError(error)) return false;
  const status = statusOf(error);
  return status === undefined || status >= 500;
}
