import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { keysAtOnce } from './deletes.ts';
import { UnexpectedAnswer, type Reach } from './errors.ts';
import { parseListAnswer } from './list-xml.ts';
import type { Presign } from './presign.ts';
import { signedFor, type SignedRequests } from './request.ts';
import type { Listing, StoredObject } from './types.ts';

/** How long a list of 1,000 keys may take, in ms. */
const listTimeout = 60_000;

/** Lists of the bucket's keys: one request per 1,000. */
export function createLists({
  client,
  requests,
  reach,
  presign,
  Bucket,
}: {
  client: S3Client;
  requests: SignedRequests;
  reach: Reach;
  presign: Presign;
  Bucket: string;
}) {
  /** What is directly in a folder, 1,000 keys a page. */
  async function* pagesOf(prefix: string) {
    const pages = paginateListObjectsV2({ client }, { Bucket, Prefix: prefix, Delimiter: '/' });
    for (;;) {
      const { value, done } = await reach('s3:ListBucket', pages.next());
      if (done) return;
      yield value;
    }
  }

  return {
    /** All objects directly in the folder `prefix` ends in, key by key in S3's own order. */
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
     * The keys that begin with `prefix` and come behind `startAfter`, `limit` at most (1,000);
     * with `hasFolders` a folder counts for what is in it.
     */
    async listPage({
      prefix,
      startAfter,
      limit = keysAtOnce,
      hasFolders = false,
    }: {
      prefix: string;
      startAfter?: string | undefined;
      limit?: number;
      hasFolders?: boolean;
    }): Promise<Listing> {
      const query = {
        ...{ 'list-type': '2', prefix, 'max-keys': String(limit) },
        ...(startAfter && { 'start-after': startAfter }),
        ...(hasFolders && { delimiter: '/' }),
      };
      const answer = requests.get({
        what: `list ${JSON.stringify(query)}`,
        sign: () => presign('GET', undefined, query, signedFor / 1_000),
        signal: AbortSignal.timeout(listTimeout),
        read: async ({ statusCode, body }) => ({ statusCode, text: await body.text() }),
      });
      const listing = answer.then(({ statusCode, text }) => {
        // A bucket that is not there is no empty one.
        if (statusCode !== 200) throw new UnexpectedAnswer(statusCode, text);
        return parseListAnswer(text);
      });
      return reach('s3:ListBucket', listing);
    },
  };
}
