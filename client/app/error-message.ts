import { isCallError } from '@reelroom/sdk';

/** An error as the page says it: the server's own message where there is one. */
export function errorSentence(error: unknown): string {
  if (!isCallError(error)) return 'Something went wrong. Try again.';
  if (error.data) return error.message;
  return 'The Reelroom server cannot be reached. Check the connection and try again.';
}
