import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request, type Dispatcher } from 'undici';
import type { ObjectHead, ObjectRequest } from './storage.ts';

/** How long a signed URL is good for, and how long one is used, in ms. */
export const signedFor = 15 * 60_000;
const reusedFor = 5 * 60_000;

/** How many signed URLs are kept. */
const maxSigned = 1_000;

/** How often a request is tried, and the longest pause behind the first try, in ms. */
const tries = 4;
const firstPause = 200;

/** What S3 may say that is about this very request; all else is that it cannot be read. */
const answers = [200, 206, 304, 404, 412, 416];

const isBusy = (status: number) => status === 429 || status >= 500;

const only = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header);

function headOf({ statusCode, headers }: Dispatcher.ResponseData): ObjectHead {
  const contentLength = only(headers['content-length']);
  const lastModified = only(headers['last-modified']);
  return {
    status: statusCode,
    contentLength: contentLength === undefined ? undefined : Number(contentLength),
    contentRange: only(headers['content-range']),
    etag: only(headers.etag),
    lastModified: lastModified === undefined ? undefined : new Date(lastModified),
  };
}

/**
 * Reads objects through undici, which takes half the time of the SDK's own stream. A
 * URL that `sign` has signed, for {@link signedFor} ms, is used for some minutes, whatever part of
 * the object is wanted: neither Range nor conditions are part of what is signed.
 */
export function createObjectStream({ sign }: { sign: (key: string) => Promise<string> }) {
  const agent = new Agent({
    connect: { timeout: 2_000 },
    headersTimeout: 5_000,
    // Does not run while whoever reads is the one who pauses.
    bodyTimeout: 60_000,
  });
  const signed = new Map<string, { url: Promise<string>; until: number }>();

  function urlOf(key: string): Promise<string> {
    const known = signed.get(key);
    if (known && known.until > Date.now()) return known.url;
    signed.delete(key);
    // All are good for as long: the first that was signed is the first to go.
    const [oldest] = signed.size < maxSigned ? [] : signed.keys();
    if (oldest !== undefined) signed.delete(oldest);
    const url = sign(key);
    signed.set(key, { url, until: Date.now() + reusedFor });
    url.catch(() => signed.delete(key));
    return url;
  }

  async function ask(
    url: string,
    { Range, IfNoneMatch, IfMatch }: ObjectRequest,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const headers = {
      ...(Range !== undefined && { range: Range }),
      ...(IfNoneMatch !== undefined && { 'if-none-match': IfNoneMatch }),
      ...(IfMatch !== undefined && { 'if-match': IfMatch }),
    };
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
  }

  return {
    /**
     * An object, or the part of it that is asked for: S3's status (200, 206, 304, 404, 412 or 416),
     * and where bytes follow a body, which is read from S3 as fast as it is read here. Tried again until S3 answers; not once it has. Throws what undici throws.
     */
    async get(
      key: string,
      wanted: ObjectRequest,
      signal: AbortSignal,
    ): Promise<ObjectHead & { body?: Readable }> {
      const answer = await ask(await urlOf(key), wanted, signal);
      const head = headOf(answer);
      if (head.status === 200 || head.status === 206) {
        // One that is destroyed before anybody reads it would end the process.
        answer.body.on('error', () => undefined);
        return { ...head, body: answer.body };
      }
      await answer.body.dump();
      if (!answers.includes(head.status)) throw new Error(`S3 answered ${head.status}`);
      return head;
    },

    close(): void {
      void agent.destroy();
    },
  };
}
