import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { Agent, errors, request, type Dispatcher } from 'undici';
import { responseTimeoutMs } from './client.ts';

/** The lifetime of a presigned URL, and how long one is reused, in ms. */
export const signedForMs = 15 * 60_000;
const reusedForMs = 5 * 60_000;

/** How many presigned URLs are cached. */
const maxSigned = 1_000;

/** How often a request is tried, and the longest pause after the first attempt, in ms. */
const maxTries = 4;
const firstPauseMs = 200;

const isBusy = (status: number) => [429, 500, 502, 503, 504].includes(status);

/** S3's status for an expired URL, among other refusals. */
const forbidden = 403;

/**
 * GETs of presigned URLs through undici, in half the time of the SDK's own requests. A URL is reused for some
 * minutes with any headers: neither Range nor preconditions are signed.
 * @param onDate gets the `Date` of each response
 */
export function createSignedRequests(onDate: (date: string) => void) {
  const agent = new Agent({
    // Over HTTP/2 all viewers would share one connection to S3, and its flow control.
    allowH2: false,
    connect: { timeout: 5_000 },
    headersTimeout: responseTimeoutMs,
    // The longest gap between two chunks; does not run while the consumer pauses.
    bodyTimeout: 10_000,
  });
  const signed = new LRUCache<string, Promise<string>>({ max: maxSigned, ttl: reusedForMs });

  function urlOf(what: string, sign: () => Promise<string>): Promise<string> {
    const known = signed.get(what);
    if (known) return known;
    const url = sign();
    signed.set(what, url);
    url.catch(() => signed.delete(what));
    return url;
  }

  return {
    /**
     * What `read` makes of S3's response, of whatever status. Retried with exponential back-off and jitter
     * while S3 is busy or `read` fails; once with a newly signed URL after a 403, since the machine may have
     * slept, or its clock been set. Not retried when the response did not begin in time. Throws what undici
     * throws.
     * @param what identifies the URL that `sign` presigns
     */
    async get<T>({
      what,
      sign,
      headers = {},
      signal,
      read,
    }: {
      what: string;
      sign: () => Promise<string>;
      headers?: Record<string, string>;
      signal: AbortSignal;
      read: (answer: Dispatcher.ResponseData) => T | Promise<T>;
    }): Promise<T> {
      let url = await urlOf(what, sign);
      let isSignedAgain = false;
      for (let tried = 1; ; tried += 1) {
        const isLast = tried === maxTries;
        try {
          const answer = await request(url, { dispatcher: agent, headers, signal });
          const { date } = answer.headers;
          if (typeof date === 'string') onDate(date);
          if (answer.statusCode === forbidden && !isSignedAgain) {
            await answer.body.dump();
            signed.delete(what);
            url = await urlOf(what, sign);
            isSignedAgain = true;
            continue;
          }
          if (isLast || !isBusy(answer.statusCode)) return await read(answer);
          await answer.body.dump();
        } catch (error) {
          if (isLast || signal.aborted || error instanceof errors.HeadersTimeoutError) throw error;
        }
        await sleep(Math.random() * firstPauseMs * 2 ** (tried - 1), undefined, { signal });
      }
    },

    close(): void {
      void agent.destroy();
    },
  };
}

export type SignedRequests = ReturnType<typeof createSignedRequests>;
