import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { maxKeysPerRequest } from './deletes.ts';
import { UnexpectedResponse, type MapS3Error } from './errors.ts';
import { parseListResponse } from './list-xml.ts';
import type { Presign } from './presign.ts';
import { signedForMs, type SignedRequests } from './request.ts';
import type { Listing, StoredObject } from './types.ts';

/** How long a list of 1,000 keys may take, in ms. */
const listTimeoutMs = 60_000;

/** Lists the bucket's keys: one request per 1,000. */
export function createLists({
  client,
  requests,
  mapS3Error,
  presign,
  Bucket,
}: {
  client: S3Client;
  requests: SignedRequests;
  mapS3Error: MapS3Error;
  presign: Presign;
  Bucket: string;
}) {
  /** The direct contents of a folder, 1,000 keys a page. */
  async function* pagesOf(prefix: string) {
    const pages = paginateListObjectsV2({ client }, { Bucket, Prefix: prefix, Delimiter: '/' });
    for (;;) {
      const { value, done } = await mapS3Error('s3:ListBucket', pages.next());
      if (done) return;
      yield value;
    }
  }

  return {
    /** All objects directly in the folder `prefix`, in S3's key order. */
    async *list(prefix: string): AsyncGenerator<StoredObject> {
      for await (const page of pagesOf(prefix))
        for (const { Key, Size, LastModified } of page.Contents ?? [])
          if (Key !== undefined)
            yield { key: Key, size: Size ?? 0, lastModified: LastModified ?? new Date(0) };
    },

    /** The names of the folders directly in the folder `prefix`. */
    async *folders(prefix: string): AsyncGenerator<string> {
      for await (const page of pagesOf(prefix))
        for (const { Prefix = '' } of page.CommonPrefixes ?? []) yield Prefix.slice(prefix.length, -1);
    },

    /**
     * Up to `limit` (1,000) keys that begin with `prefix` and come after `startAfter`; with `byFolder` keys
     * of one folder are grouped (`delimiter`).
     */
    async listPage({
      prefix,
      startAfter,
      limit = maxKeysPerRequest,
      byFolder = false,
    }: {
      prefix: string;
      startAfter?: string | undefined;
      limit?: number;
      byFolder?: boolean;
    }): Promise<Listing> {
      const query = {
        ...{ 'list-type': '2', prefix, 'max-keys': String(limit) },
        ...(startAfter && { 'start-after': startAfter }),
        ...(byFolder && { delimiter: '/' }),
      };
      const answer = requests.get({
        what: `list ${JSON.stringify(query)}`,
        sign: () => presign('GET', undefined, query, signedForMs / 1_000),
        signal: AbortSignal.timeout(listTimeoutMs),
        read: async ({ statusCode, body }) => ({ statusCode, text: await body.text() }),
      });
      const listing = answer.then(({ statusCode, text }) => {
        // A missing bucket is not an empty one.
        if (statusCode !== 200) throw new UnexpectedResponse(statusCode, text);
        return parseListResponse(text);
      });
      return mapS3Error('s3:ListBucket', listing);
    },
  };
}
