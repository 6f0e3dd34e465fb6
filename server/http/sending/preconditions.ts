import type { IncomingHttpHeaders } from 'node:http';
import { parseHttpDate } from './http-date.ts';

/** A file's validators: its strong entity tag and its modification date. */
export interface Validators {
  etag?: string | undefined;
  lastModified?: Date | undefined;
}

/** A date in ms since 1970; an invalid one counts as not sent (RFC 9110 §13.1.3). */
const dateOf = (header = '') => parseHttpDate(header);

/** HTTP dates have whole seconds, stored ones may have more. */
const secondsOf = (date: Date): number => Math.floor(date.getTime() / 1000) * 1000;

/** The tags of a list, `W/` kept; `*` stands for any. */
const tagsOf = (header: string): string[] => header.match(/\*|(?:W\/)?"[^"]*"/g) ?? [];

/** Whether a request has any of the preconditions of {@link checkPreconditions}. */
export const isConditional = (headers: IncomingHttpHeaders): boolean =>
  ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'].some((name) => name in headers);

/**
 * Evaluates a request's preconditions for a file with these validators, in the order of RFC 9110 §13.2.2: go
 * on, or answer 304 or 412.
 */
export function checkPreconditions(
  headers: IncomingHttpHeaders,
  { etag, lastModified }: Validators,
): 'go on' | 304 | 412 {
  const stored = lastModified && secondsOf(lastModified);

  const ifMatch = headers['if-match'];
  const unmodifiedSince = dateOf(headers['if-unmodified-since']);
  if (ifMatch !== undefined) {
    if (!tagsOf(ifMatch).some((tag) => tag === '*' || tag === etag)) return 412;
  } else if (unmodifiedSince !== undefined && stored !== undefined && stored > unmodifiedSince) return 412;

  const ifNoneMatch = headers['if-none-match'];
  const modifiedSince = dateOf(headers['if-modified-since']);
  if (ifNoneMatch !== undefined) {
    if (tagsOf(ifNoneMatch).some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag)) return 304;
  } else if (modifiedSince !== undefined && stored !== undefined && stored <= modifiedSince) return 304;

  return 'go on';
}

/**
 * Whether `If-Range` allows a partial response (RFC 9110 §13.1.5): the same strong tag, or exactly the same
 * date.
 */
export function allowsRange(ifRange: string | undefined, { etag, lastModified }: Validators): boolean {
  if (ifRange === undefined || ifRange === etag) return true;
  return lastModified !== undefined && dateOf(ifRange) === secondsOf(lastModified);
}
