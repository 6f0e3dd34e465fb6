import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { isNoBucket, UnexpectedAnswer } from './errors.ts';
import { BodyLost, resumedBody } from './resumed-body.ts';
import type { SignedRequests } from './request.ts';
import type { ObjectHead, ObjectRequest } from './types.ts';

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
    // Of an object that was put in place without S3, versitygw knows none.
    etag: only(headers.etag) || undefined,
    lastModified: lastModified === undefined ? undefined : new Date(lastModified),
  };
}

/**
 * Which bytes of the object follow, from `start` to before `end`. Nothing where the head does not
 * say so in one way, or has other bytes than `asked`; or has nothing that S3 says of every object, so that
 * it is something in S3's place that answers.
 */
function bytesOf({ status, contentLength, contentRange = '', etag, lastModified }: ObjectHead, asked = '') {
  if (contentLength === undefined || (etag === undefined && lastModified === undefined)) return undefined;
  if (status === 200) return { start: 0, end: contentLength };
  const [, first, last] = /^bytes (\d+)-(\d+)\/\d+$/.exec(contentRange) ?? [];
  const part = { start: Number(first), end: Number(last) + 1 };
  const [, start = first] = /^bytes=(\d+)-/.exec(asked) ?? [];
  return part.end - part.start === contentLength && part.start === Number(start) ? part : undefined;
}

/** Whether it is a part of an object that has none, which no Content-Range can say: so MinIO answers `bytes=-500` of an empty one. */
const isPartOfNone = ({ status, contentLength }: ObjectHead) => status === 206 && contentLength === 0;

const hasBytes = (status: number) => status === 200 || status === 206;

/**
 * Reads objects whose URLs `sign` signs.
 * @returns reads one, or the part of it that is asked for: S3's status (200, 206, 304, 404,
 *   412 or 416), and where bytes follow a body, which is read from S3 as fast as it is read here.
 *   A body that breaks off is asked for again from there, one request each time, as long as the
 *   object has the same ETag: see {@link resumedBody}
 */
export const createObjectStream =
  (requests: SignedRequests, sign: (key: string) => Promise<string>) =>
  async (
    key: string,
    { Range, IfNoneMatch, IfMatch }: ObjectRequest,
    signal: AbortSignal,
  ): Promise<ObjectHead & { body?: Readable }> => {
    async function request(headers: Record<string, string>) {
      const answer = await requests.get({
        ...{ what: `object ${key}`, sign: () => sign(key), headers, signal },
        read(answer) {
          // One that is destroyed before anybody reads it would end the process.
          answer.body.on('error', () => undefined);
          const said = headOf(answer);
          const head = isPartOfNone(said) ? { ...said, status: 416 } : said;
          const bytes = bytesOf(head, headers.range);
          if (hasBytes(head.status) && !bytes) {
            answer.body.destroy();
            throw new Error('S3 does not say which bytes it sends');
          }
          return { head, bytes, body: answer.body };
        },
      });
      const { status } = answer.head;
      if (!hasBytes(status)) {
        const unexpected = new UnexpectedAnswer(status, await answer.body.text());
        // A bucket that is not there says nothing of what is in it.
        if (!answers.includes(status) || isNoBucket(unexpected)) throw unexpected;
      }
      return answer;
    }

    const { head, body, bytes } = await request({
      ...(Range !== undefined && { range: Range }),
      ...(IfNoneMatch !== undefined && { 'if-none-match': IfNoneMatch }),
      ...(IfMatch !== undefined && { 'if-match': IfMatch }),
    });
    if (!bytes) return head;

    async function ask(at: number): Promise<Readable> {
      if (head.etag === undefined) throw new BodyLost(`${key} has no ETag`);
      const range = `bytes=${at}-${(bytes?.end ?? 0) - 1}`;
      const next = await request({ range, 'if-match': head.etag });
      const isSame = next.head.status === 206 && next.head.etag === head.etag;
      if (isSame && next.bytes?.end === bytes?.end) return next.body;
      next.body.destroy();
      throw new BodyLost(`${key} is not the same any more (${next.head.status})`);
    }
    return { ...head, body: resumedBody({ ...{ body, ask, signal }, ...bytes }) };
  };
