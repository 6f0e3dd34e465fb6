import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { noBucket, UnexpectedAnswer } from './answers.ts';
import type { SignedRequests } from './signed-requests.ts';
import type { ObjectHead, ObjectRequest } from './storage.ts';

/** What S3 may say that is about this very request; all else is that it cannot be read. */
const answers = [200, 206, 304, 404, 412, 416];

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
 * Reads objects whose URLs `sign` signs.
 * @returns reads one, or the part of it that is asked for: S3's status (200, 206, 304, 404,
 *   412 or 416), and where bytes follow a body, which is read from S3 as fast as it is read here
 */
export const createObjectStream =
  (requests: SignedRequests, sign: (key: string) => Promise<string>) =>
  async (
    key: string,
    { Range, IfNoneMatch, IfMatch }: ObjectRequest,
    signal: AbortSignal,
  ): Promise<ObjectHead & { body?: Readable }> => {
    const answer = await requests.get({
      what: `object ${key}`,
      sign: () => sign(key),
      headers: {
        ...(Range !== undefined && { range: Range }),
        ...(IfNoneMatch !== undefined && { 'if-none-match': IfNoneMatch }),
        ...(IfMatch !== undefined && { 'if-match': IfMatch }),
      },
      signal,
    });
    const head = headOf(answer);
    if (head.status === 200 || head.status === 206) {
      // One that is destroyed before anybody reads it would end the process.
      answer.body.on('error', () => undefined);
      return { ...head, body: answer.body };
    }
    const text = await answer.body.text();
    const unexpected = new UnexpectedAnswer(head.status, text);
    // A bucket that is not there says nothing of what is in it.
    if (!answers.includes(head.status) || unexpected.code === noBucket) throw unexpected;
    return head;
  };
