import type { ErrorCode } from '@reelroom/shared';
import { errorCodeOf, isCallError } from '@reelroom/sdk';
import { m } from '../messages/messages.ts';

let words: Partial<Record<ErrorCode, string>> = {};

/** Takes the words for the server's errors, which no page needs at first; until then they are the server's own. */
export function useErrorWords(loaded: typeof words): void {
  words = loaded;
}

/** An error's words by its code; the server's own where it says more than the code does. */
export const wordsOf = (code: ErrorCode | undefined, sentence: string): string =>
  (code && words[code]) ?? sentence;

/** An error as the page says it. */
export function errorSentence(error: unknown): string {
  if (!isCallError(error)) return m.error_unknown;
  return error.data ? wordsOf(errorCodeOf(error), error.message) : m.error_unreachable;
}
