import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { Agent, errors, request, type Dispatcher } from 'undici';
import { answersWithin } from './client.ts';

/** How long a signed URL is good for, and how long one is used, in ms. */
export const signedFor = 15 * 60_000;
const reusedFor = 5 * 60_000;

/** How many signed URLs are kept. */
const maxSigned = 1_000;

/** How often a request is tried, and the longest pause behind the first try, in ms. */
const tries = 4;
const firstPause = 200;

const isBusy = (status: number) => [429, 500, 502, 503, 504].includes(status);

/** What S3 says of a URL whose time is over, by its clock or ours, among much else. */
const forbidden = 403;

/**
 * GETs through undici, which takes half the time of the SDK's own requests, of URLs that S3
 * takes since they are signed, for {@link signedFor} ms. A URL is used for some minutes, whatever the
 * headers say: neither Range nor conditions are part of what is signed.
 * @param heardDate hears what time it is at S3, from the `Date` of each answer
 */
export function createSignedRequests(heardDate: (date: string) => void) {
  const agent = new Agent({
    // Over HTTP/2 all viewers would share one connection to S3, and its flow control.
    allowH2: false,
    connect: { timeout: 5_000 },
    headersTimeout: answersWithin,
    // Within which a next piece has to come. Does not run while whoever reads is the one who pauses.
    bodyTimeout: 10_000,
  });
  const signed = new LRUCache<string, Promise<string>>({ max: maxSigned, ttl: reusedFor });

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
     * What `read` makes of S3's answer, of whatever status; tried again, with growing pauses of random
     * length, until it is not that S3 is busy, and until `read` does not fail; once more, with a URL that is signed
     * anew, when S3 forbids it: the machine may have slept, or its clock been set. Not tried again when S3
     * took too long to begin. Throws what undici throws.
     * @param what is asked for, and `sign` signs
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
      let isSignedAnew = false;
      for (let tried = 1; ; tried += 1) {
        const isLast = tried === tries;
        try {
          const answer = await request(url, { dispatcher: agent, headers, signal });
          const { date } = answer.headers;
          if (typeof date === 'string') heardDate(date);
          if (answer.statusCode === forbidden && !isSignedAnew) {
            await answer.body.dump();
            signed.delete(what);
            url = await urlOf(what, sign);
            isSignedAnew = true;
            continue;
          }
          if (isLast || !isBusy(answer.statusCode)) return await read(answer);
          await answer.body.dump();
        } catch (error) {
          if (isLast || signal.aborted || error instanceof errors.HeadersTimeoutError) throw error;
        }
        await sleep(Math.random() * firstPause * 2 ** (tried - 1), undefined, { signal });
      }
    },

    close(): void {
      void agent.destroy();
    },
  };
}

export type SignedRequests = ReturnType<typeof createSignedRequests>;
