import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { isNoBucket, UnexpectedResponse } from './errors.ts';
import { BodyLost, resumedBody } from './resumed-body.ts';
import type { SignedRequests } from './request.ts';
import type { ObjectHead, ObjectRequest } from './types.ts';

/** Statuses about this very request; any other means that S3 cannot be read. */
const expectedStatuses = [200, 206, 304, 404, 412, 416];

const firstOf = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header);

function headOf({ statusCode, headers }: Dispatcher.ResponseData): ObjectHead {
  const contentLength = firstOf(headers['content-length']);
  const lastModified = firstOf(headers['last-modified']);
  return {
    status: statusCode,
    contentLength: contentLength === undefined ? undefined : Number(contentLength),
    contentRange: firstOf(headers['content-range']),
    // versitygw has none for a file that was not uploaded through S3.
    etag: firstOf(headers.etag) || undefined,
    lastModified: lastModified === undefined ? undefined : new Date(lastModified),
  };
}

/**
 * Which bytes of the object follow, from `start` to before `end`. Undefined where the head does not say so
 * unambiguously, or has other bytes than `asked`; or lacks what S3 says of every object, so that something
 * other than S3 answered.
 */
function bytesOf({ status, contentLength, contentRange = '', etag, lastModified }: ObjectHead, asked = '') {
  if (contentLength === undefined || (etag === undefined && lastModified === undefined)) return undefined;
  if (status === 200) return { start: 0, end: contentLength };
  const [, first, last] = /^bytes (\d+)-(\d+)\/\d+$/.exec(contentRange) ?? [];
  const part = { start: Number(first), end: Number(last) + 1 };
  const [, start = first] = /^bytes=(\d+)-/.exec(asked) ?? [];
  return part.end - part.start === contentLength && part.start === Number(start) ? part : undefined;
}

/**
 * Whether it is a range of an empty object, which no Content-Range can express: MinIO answers `bytes=-500`
 * so.
 */
const isRangeOfEmpty = ({ status, contentLength }: ObjectHead) => status === 206 && contentLength === 0;

const hasBytes = (status: number) => status === 200 || status === 206;

/**
 * Streams objects whose URLs `sign` presigns.
 * @returns a function that reads one, or a range of it: S3's status (200, 206, 304, 404, 412 or 416), and for
 *   200 and 206 a body, which is read from S3 as fast as it is consumed. A body that breaks off is resumed
 *   from there, one request each time, as long as the object has the same ETag: see {@link resumedBody}
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
          // An error event of a body that is destroyed unread would end the process.
          answer.body.on('error', () => undefined);
          const received = headOf(answer);
          const head = isRangeOfEmpty(received) ? { ...received, status: 416 } : received;
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
        const unexpected = new UnexpectedResponse(status, await answer.body.text());
        // A missing bucket says nothing about its objects.
        if (!expectedStatuses.includes(status) || isNoBucket(unexpected)) throw unexpected;
      }
      return answer;
    }

    const { head, body, bytes } = await request({
      ...(Range !== undefined && { range: Range }),
      ...(IfNoneMatch !== undefined && { 'if-none-match': IfNoneMatch }),
      ...(IfMatch !== undefined && { 'if-match': IfMatch }),
    });
    if (!bytes) return head;

    async function requestFrom(at: number): Promise<Readable> {
      if (head.etag === undefined) throw new BodyLost(`${key} has no ETag`);
      const range = `bytes=${at}-${(bytes?.end ?? 0) - 1}`;
      const next = await request({ range, 'if-match': head.etag });
      const isSame = next.head.status === 206 && next.head.etag === head.etag;
      if (isSame && next.bytes?.end === bytes?.end) return next.body;
      next.body.destroy();
      throw new BodyLost(`${key} has changed (${next.head.status})`);
    }
    return { ...head, body: resumedBody({ ...{ body, requestFrom, signal }, ...bytes }) };
  };
