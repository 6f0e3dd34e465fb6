import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { FastifyInstance } from 'fastify';
import { storageUnavailable, type ReelroomError } from '../../errors.ts';
import type { Options } from '../../options.ts';
import { orNothing, orStatus, reach } from './answers.ts';
import { whenMet, type WriteCondition } from './conditions.ts';
import { deleteAtOnce } from './deletes.ts';
import { parseListAnswer } from './list-answer.ts';
import { createObjectStream } from './object-stream.ts';
import { createPresigner } from './presign.ts';
import { createSignedRequests, signedFor } from './signed-requests.ts';
import { patient, startUpload, type Upload } from './upload.ts';

/** What S3 tells of an object. */
export interface StoredObject {
  key: string;
  /** Bytes. */
  size: number;
  lastModified: Date;
}

/** What one LIST gives, in S3's own order of keys. */
export interface Listing {
  objects: StoredObject[];
  /** What the keys of folders begin with, where folders were asked for. */
  folders: string[];
  /** Whether there is more behind it. */
  isTruncated: boolean;
}

/** Which part of an object is wanted, and unless it is which, or only if; as in HTTP. */
export type ObjectRequest = { [Header in 'Range' | 'IfNoneMatch' | 'IfMatch']?: string | undefined };

/** An object's head as S3 gives it: an HTTP status, and what the headers say. */
export interface ObjectHead {
  status: number;
  /** Bytes that follow, or would. */
  contentLength?: number | undefined;
  contentRange?: string | undefined;
  etag?: string | undefined;
  lastModified?: Date | undefined;
}

/** How long a few megabytes may take, in ms. */
const bodyTimeout = 60_000;

/** How many keys S3 lists, or deletes, with one request. */
export const keysAtOnce = 1_000;

/**
 * The bucket, and the only place that knows the S3 SDK. Each method is one request
 * but for `list`, `folders`, `deleteEach` and `deleteMany` (one per 1,000 keys), and throws `STORAGE_UNAVAILABLE` when S3
 * cannot be reached or refuses our credentials.
 */
export function createStorage({ endpoint, accessKey, secretKey, region, bucket }: Options['s3']) {
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    forcePathStyle: true,
    // Servers other than AWS refuse checksums that they do not know.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // With a growing pause of random length between them, as S3's SlowDown asks for.
    maxAttempts: 4,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: 2_000,
      // Until the answer begins: a video may take hours.
      requestTimeout: 5_000,
      throwOnRequestTimeout: true,
      // A paused viewer holds its socket: they must not use up a small pool.
      httpAgent: { maxSockets: 10_000, keepAlive: true },
      httpsAgent: { maxSockets: 10_000, keepAlive: true },
    },
  });
  const Bucket = bucket;
  const requests = createSignedRequests();
  const presign = createPresigner({ endpoint, accessKey, secretKey, region, bucket });
  const stream = createObjectStream(requests, (key) => presign('GET', key, {}, signedFor / 1_000));

  /** What is directly in a folder, 1,000 keys a page. */
  async function* pagesOf(prefix: string) {
    try {
      yield* paginateListObjectsV2({ client }, { Bucket, Prefix: prefix, Delimiter: '/' });
    } catch (error) {
      throw storageUnavailable(error);
    }
  }

  return {
    /** Throws when S3 is away, within 3 s; makes the bucket when it is missing. */
    async check(): Promise<void> {
      const options = { abortSignal: AbortSignal.timeout(3_000) };
      try {
        const found = await orNothing(client.send(new HeadBucketCommand({ Bucket }), options));
        // 409: another process has made it in this very moment.
        if (!found) await orNothing(client.send(new CreateBucketCommand({ Bucket }), options), 409);
      } catch (error) {
        throw storageUnavailable(error);
      }
    },

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
        signal: AbortSignal.timeout(bodyTimeout),
      });
      try {
        const { statusCode, body } = await answer;
        const text = await body.text();
        // A bucket that is not there is no empty one.
        if (statusCode !== 200) throw new Error(`S3 answered ${statusCode}: ${text}`);
        return parseListAnswer(text);
      } catch (error) {
        throw storageUnavailable(error);
      }
    },

    /** A small object's text; nothing where there is none. */
    async getText(key: string): Promise<string | undefined> {
      const output = await reach(orNothing(client.send(new GetObjectCommand({ Bucket, Key: key }))));
      return output?.Body?.transformToString();
    },

    /** A whole object, for those that are a few megabytes at most; nothing where there is none. */
    async getBytes(key: string): Promise<Uint8Array | undefined> {
      const bytes = client
        .send(new GetObjectCommand({ Bucket, Key: key }), { abortSignal: AbortSignal.timeout(bodyTimeout) })
        .then(({ Body }) => Body?.transformToByteArray());
      return reach(orNothing(bytes));
    },

    /**
     * The bytes of an object from `start` to before `end`, or to its end if that comes first,
     * with its size and ETag; nothing where there is no such object, or nothing of it in that range.
     * With an `etag` only of the object that has it.
     * @throws {ConditionNotMet} where it is another by now
     */
    async getPart(
      key: string,
      start: number,
      end: number,
      etag?: string,
    ): Promise<{ bytes: Uint8Array; size: number; etag?: string | undefined } | undefined> {
      const part = client
        .send(new GetObjectCommand({ Bucket, Key: key, Range: `bytes=${start}-${end - 1}`, IfMatch: etag }), {
          abortSignal: AbortSignal.timeout(bodyTimeout),
        })
        .then(async ({ Body, ContentRange, ETag }) => {
          const bytes = await Body?.transformToByteArray();
          return bytes && { bytes, size: Number(ContentRange?.split('/')[1] ?? bytes.length), etag: ETag };
        });
      const found = orNothing(reach(part), 416);
      return etag === undefined ? found : whenMet(found);
    },

    /** A small object's text and its ETag, for who means to write it again; nothing where there is none. */
    async getTextAndEtag(key: string): Promise<{ text: string; etag: string | undefined } | undefined> {
      const text = client
        .send(new GetObjectCommand({ Bucket, Key: key }), { abortSignal: AbortSignal.timeout(bodyTimeout) })
        .then(async ({ Body, ETag }) => ({ text: (await Body?.transformToString()) ?? '', etag: ETag }));
      return reach(orNothing(text));
    },

    /**
     * Writes an object, with a `condition` only where that holds.
     * @returns its ETag
     * @throws {ConditionNotMet}
     */
    async putJson(key: string, value: unknown, condition?: WriteCondition): Promise<string | undefined> {
      const Body = new TextEncoder().encode(JSON.stringify(value));
      const object = { Bucket, Key: key, Body, ContentType: 'application/json' };
      const put = reach(client.send(new PutObjectCommand({ ...object, ...condition })));
      return (await (condition ? whenMet(put) : put)).ETag;
    },

    /** Makes an object that says all it has to say by its key. */
    async putEmpty(key: string): Promise<void> {
      await reach(client.send(new PutObjectCommand({ Bucket, Key: key, Body: new Uint8Array() })));
    },

    /**
     * Puts an object in the place of the one that has this `etag`, whole or not at all; a few megabytes.
     * @throws {ConditionNotMet}
     */
    async replace(key: string, body: Uint8Array, contentType: string, etag: string): Promise<void> {
      const request = new PutObjectCommand({
        ...{ Bucket, Key: key, Body: body, ContentType: contentType, IfMatch: etag },
        ContentMD5: createHash('md5').update(body).digest('base64'),
      });
      await whenMet(reach(client.send(request, patient)));
    },

    /** Deletes an object; one that is not there is deleted already. */
    async delete(key: string): Promise<void> {
      await reach(client.send(new DeleteObjectCommand({ Bucket, Key: key })));
    },

    /**
     * Deletes objects, those that are not there as well: one request per 1,000, and one more
     * for those that S3 would not delete at first, such as one that somebody else was deleting.
     * @returns why it would not the second time either, by the keys of those
     * @throws {ReelroomError} STORAGE_UNAVAILABLE, STORAGE_REFUSED where it would delete none
     */
    async deleteEach(keys: string[]): Promise<Map<string, ReelroomError>> {
      const left = new Map<string, ReelroomError>();
      for (let from = 0; from < keys.length; from += keysAtOnce) {
        const refused = await deleteAtOnce(client, Bucket, keys.slice(from, from + keysAtOnce));
        if (refused.size === 0) continue;
        for (const [key, why] of await deleteAtOnce(client, Bucket, [...refused.keys()])) left.set(key, why);
      }
      return left;
    },

    /** As {@link deleteEach}, for those that have to be gone; throws STORAGE_REFUSED also for a single one. */
    async deleteMany(keys: string[]): Promise<void> {
      const [why] = (await this.deleteEach(keys)).values();
      if (why) throw why;
    },

    /** Begins an object that is uploaded in parts, or replaced by them. */
    startUpload: (key: string, contentType: string): Promise<Upload> =>
      startUpload(client, Bucket, key, contentType),

    /** An object's head; its status is S3's: 200 or 404. */
    head(key: string): Promise<ObjectHead> {
      return reach(
        orStatus(
          client.send(new HeadObjectCommand({ Bucket, Key: key })).then((output) => ({
            status: 200,
            contentLength: output.ContentLength,
            etag: output.ETag,
            lastModified: output.LastModified,
          })),
        ),
      );
    },

    /**
     * An object, or the part of it that `request` asks for: its status is S3's (200,
     * 206, 304, 404, 412, 416), its body flows as fast as it is read. Aborting
     * `signal`, or destroying the body, ends the transfer.
     */
    get: (
      key: string,
      request: ObjectRequest,
      signal: AbortSignal,
    ): Promise<ObjectHead & { body?: Readable }> => reach(stream(key, request, signal)),

    close(): void {
      client.destroy();
      requests.close();
    },
  };
}

export type Storage = ReturnType<typeof createStorage>;

/** The bucket for a plugin: let go of when the application closes. */
export function openStorage(app: FastifyInstance, options: Options): Storage {
  const storage = createStorage(options.s3);
  app.addHook('onClose', async () => storage.close());
  return storage;
}
