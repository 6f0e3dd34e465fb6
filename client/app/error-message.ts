import { isCallError } from '@reelroom/sdk';

/** What went wrong, a sentence for people: the server's own where there is one. */
export function errorSentence(error: unknown): string {
  if (!isCallError(error)) return 'Something went wrong. Try again.';
  if (error.data) return error.message;
  return 'The Reelroom server cannot be reached. Check the connection and try again.';
}
