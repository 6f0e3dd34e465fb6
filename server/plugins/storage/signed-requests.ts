import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request, type Dispatcher } from 'undici';

/** How long a signed URL is good for, and how long one is used, in ms. */
export const signedFor = 15 * 60_000;
const reusedFor = 5 * 60_000;

/** How many signed URLs are kept. */
const maxSigned = 1_000;

/** How often a request is tried, and the longest pause behind the first try, in ms. */
const tries = 4;
const firstPause = 200;

const isBusy = (status: number) => status === 429 || status >= 500;

/**
 * GETs through undici, which takes half the time of the SDK's own requests, of URLs that S3
 * takes since they are signed, for {@link signedFor} ms. A URL is used for some minutes, whatever the
 * headers say: neither Range nor conditions are part of what is signed.
 */
export function createSignedRequests() {
  const agent = new Agent({
    // Over HTTP/2 all viewers would share one connection to S3, and its flow control.
    allowH2: false,
    connect: { timeout: 2_000 },
    headersTimeout: 5_000,
    // Does not run while whoever reads is the one who pauses.
    bodyTimeout: 60_000,
  });
  const signed = new Map<string, { url: Promise<string>; until: number }>();

  function urlOf(what: string, sign: () => Promise<string>): Promise<string> {
    const known = signed.get(what);
    if (known && known.until > Date.now()) return known.url;
    signed.delete(what);
    // All are good for as long: the first that was signed is the first to go.
    const [oldest] = signed.size < maxSigned ? [] : signed.keys();
    if (oldest !== undefined) signed.delete(oldest);
    const url = sign();
    signed.set(what, { url, until: Date.now() + reusedFor });
    url.catch(() => signed.delete(what));
    return url;
  }

  return {
    /**
     * S3's answer, of whatever status; tried again, with growing pauses of random length, until
     * it is not that S3 is busy. Not tried again once it has begun. Throws what undici throws.
     * @param what is asked for, and `sign` signs
     */
    async get({
      what,
      sign,
      headers = {},
      signal,
    }: {
      what: string;
      sign: () => Promise<string>;
      headers?: Record<string, string>;
      signal: AbortSignal;
    }): Promise<Dispatcher.ResponseData> {
      const url = await urlOf(what, sign);
      for (let tried = 1; ; tried += 1) {
        const isLast = tried === tries;
        try {
          const answer = await request(url, { dispatcher: agent, headers, signal });
          if (isLast || !isBusy(answer.statusCode)) return answer;
          await answer.body.dump();
        } catch (error) {
          if (isLast || signal.aborted) throw error;
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
