import type { AppRouter } from '@reelroom/server';
import type { ErrorCode } from '@reelroom/shared';
import { TRPCClientError } from '@trpc/client';

const isFromCall = (error: unknown): error is TRPCClientError<AppRouter> => error instanceof TRPCClientError;

/** The code of an error that the server answered with; none where no answer came. */
export function errorCode(error: unknown): ErrorCode | undefined {
  return isFromCall(error) ? error.data?.errorCode : undefined;
}

/** What went wrong, a sentence for people: the server's own where there is one. */
export function errorSentence(error: unknown): string {
  if (!isFromCall(error)) return 'Something went wrong. Try again.';
  if (error.data) return error.message;
  return 'The Reelroom server cannot be reached. Check the connection and try again.';
}
