import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { FastifyInstance } from 'fastify';
import type { ReelroomError } from '../../lib/errors.ts';
import type { Options } from '../../config/options.ts';
import { createErrorMapper, isNoBucket, undefinedIf404, withStatus } from './errors.ts';
import { abortUploads, type OpenUpload } from './stale-uploads.ts';
import { ConditionNotMet, mapConditionError, type WriteCondition } from './conditions.ts';
import { credentialsOf } from './credentials.ts';
import { deleteBatch, maxKeysPerRequest } from './deletes.ts';
import { createHealth } from './health.ts';
import { createLists } from './lists.ts';
import { createObjectStream } from './object-stream.ts';
import { createPresigner, type Presign } from './presign.ts';
import { responseTimeoutMs, createS3Client, longRequest, s3Clock } from './client.ts';
import { createSignedRequests, signedForMs } from './request.ts';
import { startUpload, type Upload } from './multipart.ts';
import type { ObjectRequest, ObjectHead } from './types.ts';
import { createVersions } from './versions.ts';

/** How long the transfer of a few megabytes may take, in ms. */
const bodyTimeoutMs = 60_000;

/** How long a small request may take with its retries, in ms. */
const shortTimeoutMs = 2 * responseTimeoutMs;

/** How old S3's last answer may be, in ms, for it to count as available. */
const maxSilenceMs = 120_000;

/**
 * The bucket, and the only place that knows the S3 SDK. Each method is one request but for `list`, `folders`,
 * `deleteEach`, `deleteMany` (one per 1,000 keys) and `abortUploads`; each throws `STORAGE_UNAVAILABLE` when
 * S3 cannot be reached, `STORAGE_REFUSED` when a right, the bucket or a setting is missing.
 * @param path key prefix of everything that is ours
 */
export function createStorage(s3: Options['s3'], path = '') {
  const client = createS3Client(s3);
  const clock = s3Clock(client);
  const Bucket = s3.bucket;
  const signing = { credentials: credentialsOf(s3), now: clock.now };
  const requests = createSignedRequests(clock.learn);
  const presign = createPresigner(s3, signing);
  const stream = createObjectStream(requests, (key) => presign('GET', key, {}, signedForMs / 1_000));

  /** A short-lived object that tests whether we may put, get and delete one. */
  const probeKey = `${path}.reelroom/probe`;
  let isBucketMade = !s3.createBucket;
  const health = createHealth({
    async ask() {
      // Once only: a bucket that vanishes later means a disk problem, which a new bucket would hide.
      if (!isBucketMade) await makeBucket();
      isBucketMade = true;
      await mapS3Error('s3:ListBucket', probeBucket());
    },
    async probe() {
      await put(probeKey, new Uint8Array());
      await mapS3Error(
        's3:GetObject',
        undefinedIf404(client.send(new GetObjectCommand({ Bucket, Key: probeKey }), shortRequest())),
      );
      await remove(probeKey);
    },
  });
  const mapS3Error = createErrorMapper(health.listener);
  /** For optional requests: a refusal says nothing about S3's health. */
  const mapOptionalError = createErrorMapper({
    ...health.listener,
    refused: () => undefined,
    failed: () => undefined,
  });

  const deleteWithoutVersions = (keys: string[]) =>
    deleteBatch(
      { client, mapS3Error, Bucket },
      keys.map((Key) => ({ Key })),
      's3:DeleteObject',
    );
  const versions = createVersions({ client, mapS3Error: mapOptionalError, Bucket }, deleteWithoutVersions);

  const shortRequest = () => ({ abortSignal: AbortSignal.timeout(shortTimeoutMs) });

  /** Puts a small object and returns its ETag. */
  async function put(
    Key: string,
    Body: Uint8Array,
    more: { ContentType?: string; IfMatch?: string; IfNoneMatch?: string } = {},
  ): Promise<string | undefined> {
    const request = new PutObjectCommand({ Bucket, Key, Body, ...more });
    const { ETag, VersionId } = await mapS3Error('s3:PutObject', client.send(request, shortRequest()));
    versions.learn(VersionId);
    return ETag;
  }

  async function remove(Key: string): Promise<void> {
    if (await versions.areKept()) await deleteMany([Key]);
    else
      await mapS3Error(
        's3:DeleteObject',
        client.send(new DeleteObjectCommand({ Bucket, Key }), shortRequest()),
      );
  }

  const deleteSome = async (keys: string[]): Promise<Map<string, ReelroomError>> =>
    (await versions.areKept()) ? versions.deleteAll(keys) : deleteWithoutVersions(keys);

  async function deleteEach(keys: string[]): Promise<Map<string, ReelroomError>> {
    const left = new Map<string, ReelroomError>();
    for (let from = 0; from < keys.length; from += maxKeysPerRequest) {
      const refused = await deleteSome(keys.slice(from, from + maxKeysPerRequest));
      if (refused.size === 0) continue;
      for (const [key, why] of await deleteSome([...refused.keys()])) left.set(key, why);
    }
    return left;
  }

  async function deleteMany(keys: string[]): Promise<void> {
    const [why] = (await deleteEach(keys)).values();
    if (why) throw why;
  }

  /** Lists at most one key: the answer to HeadBucket has no error code. */
  const probeBucket = () =>
    client.send(new ListObjectsV2Command({ Bucket, Prefix: probeKey, MaxKeys: 1 }), {
      abortSignal: AbortSignal.timeout(responseTimeoutMs),
    });

  async function makeBucket(): Promise<void> {
    const isThere = probeBucket().then(
      () => true,
      (error: unknown) => {
        if (!isNoBucket(error)) throw error;
        return false;
      },
    );
    if (await mapS3Error('s3:ListBucket', isThere)) return;
    // 409: another process has just created it.
    const made = client.send(new CreateBucketCommand({ Bucket }), shortRequest());
    await mapS3Error('s3:CreateBucket', undefinedIf404(made, 409));
  }

  /** Reads an object, or a range of it, into memory, with its size; no bytes where S3 sends none. */
  function readWhole(key: string, request: Pick<ObjectRequest, 'Range' | 'IfMatch'> = {}) {
    const signal = AbortSignal.timeout(bodyTimeoutMs);
    const read = stream(key, request, signal).then(async ({ status, body, etag, contentRange }) => {
      const bytes = body && (await buffer(body));
      return { status, bytes, etag, size: Number(contentRange?.split('/')[1] ?? bytes?.length) };
    });
    return mapS3Error('s3:GetObject', read);
  }

  return {
    /**
     * Throws why recordings can be neither made nor read, as far as is known. The first call creates the
     * bucket where that is configured. Sends one request when S3's last answer is older than `maxAgeMs`, or
     * when a request has failed since; S3 is unavailable when it does not answer that within 15 s.
     */
    check: (maxAgeMs = maxSilenceMs): Promise<void> => health.check(maxAgeMs),

    /** Problems that do not keep recordings from working: sentences for operators. */
    notices(): string[] {
      const notice = versions.notice();
      return notice === undefined ? health.refusals() : [...health.refusals(), notice];
    },

    /** S3's time, from its `Date` headers: the same for all processes. */
    now: (): Date => clock.now(),

    /** Creates the bucket unless it exists. One or two requests. */
    makeBucket,

    /** Presigns URLs of the bucket at another endpoint, such as the public one. No request. */
    presignerAt: (endpoint: string): Presign => createPresigner({ ...s3, endpoint }, signing),

    ...createLists({ client, requests, mapS3Error, presign, Bucket }),

    /** A small object's text; undefined where there is no such object. */
    async getText(key: string): Promise<string | undefined> {
      const { bytes } = await readWhole(key);
      return bytes?.toString();
    },

    /** A whole object of a few megabytes at most; undefined where there is no such object. */
    async getBytes(key: string): Promise<Uint8Array | undefined> {
      const { bytes } = await readWhole(key);
      return bytes;
    },

    /**
     * The bytes of an object from `start` to before `end`, or to its end if that comes first, with its size
     * and ETag; undefined where there is no such object, or the range is beyond its end. With an `etag` only
     * of the object that has it (If-Match).
     * @throws {ConditionNotMet} where the object has changed
     */
    async getPart(
      key: string,
      start: number,
      end: number,
      etag?: string,
    ): Promise<{ bytes: Uint8Array; size: number; etag?: string | undefined } | undefined> {
      const request = { Range: `bytes=${start}-${end - 1}`, IfMatch: etag };
      const { status, bytes, ...found } = await readWhole(key, request);
      if (etag !== undefined && (status === 404 || status === 412))
        throw new ConditionNotMet(`${key} has changed`);
      return bytes && { bytes, ...found };
    },

    /** A small object's text and ETag, for compare and swap; undefined where there is no such object. */
    async getTextAndEtag(key: string): Promise<{ text: string; etag: string | undefined } | undefined> {
      const { bytes, etag } = await readWhole(key);
      return bytes && { text: bytes.toString(), etag };
    },

    /**
     * Writes an object; with a `condition` only where that holds.
     * @returns its ETag
     * @throws {ConditionNotMet}
     */
    async putJson(key: string, value: unknown, condition?: WriteCondition): Promise<string | undefined> {
      const written = put(key, new TextEncoder().encode(JSON.stringify(value)), {
        ContentType: 'application/json',
        ...condition,
      });
      return condition ? mapConditionError(written) : written;
    },

    /** Puts an empty object, whose key carries all its data. */
    async putEmpty(key: string): Promise<void> {
      await put(key, new Uint8Array());
    },

    /**
     * Atomically replaces the object that has this `etag` by one of a few megabytes.
     * @throws {ConditionNotMet}
     */
    async replace(key: string, body: Uint8Array, contentType: string, etag: string): Promise<void> {
      const request = new PutObjectCommand({
        ...{ Bucket, Key: key, Body: body, ContentType: contentType, IfMatch: etag },
        ContentMD5: createHash('md5').update(body).digest('base64'),
      });
      await mapConditionError(mapS3Error('s3:PutObject', client.send(request, longRequest)));
    },

    /** Deletes an object; a missing one counts as deleted. */
    delete: remove,

    /**
     * Deletes objects, missing ones included: one request per 1,000, and one more to retry those that S3 did
     * not delete at first, such as one that is being deleted concurrently. In a versioned bucket with all
     * their versions: see {@link createVersions}.
     * @returns the errors of those that are left, by key
     * @throws {ReelroomError} STORAGE_UNAVAILABLE, STORAGE_REFUSED where it would delete none
     */
    deleteEach,

    /** As `deleteEach`, but throws STORAGE_REFUSED or RECORDING_LOCKED if any object is left. */
    deleteMany,

    /**
     * Deletes an object if it has this ETag, on servers that support conditional deletes; its older versions,
     * too.
     * @throws {ConditionNotMet}
     */
    async deleteIfMatch(Key: string, IfMatch: string): Promise<void> {
      const request = new DeleteObjectCommand({ Bucket, Key, IfMatch });
      await mapConditionError(mapS3Error('s3:DeleteObject', client.send(request, shortRequest())));
      if (await versions.areKept()) await versions.deleteReplaced(Key);
    },

    /**
     * Deletes the older versions of an object in a versioned bucket: a LIST, and a DELETE where there are
     * any; no request where the bucket keeps none.
     */
    async deleteReplaced(key: string): Promise<void> {
      if (await versions.areKept()) await versions.deleteReplaced(key);
    },

    /** Begins a multipart upload of an object, which may replace one. */
    startUpload: (key: string, contentType: string): Promise<Upload> =>
      startUpload({ client, mapS3Error, Bucket }, key, contentType),

    /** Aborts those uploads below `prefix` that `isBroken` and counts them; see {@link abortUploads}. */
    abortUploads: (prefix: string, isBroken: (upload: OpenUpload) => boolean): Promise<number> =>
      abortUploads({ client, mapS3Error: mapOptionalError, Bucket }, prefix, isBroken),

    /** An object's head; its status is S3's: 200 or 404. */
    head(key: string): Promise<ObjectHead> {
      return mapS3Error(
        's3:GetObject',
        withStatus(
          client.send(new HeadObjectCommand({ Bucket, Key: key }), shortRequest()).then((output) => ({
            status: 200,
            contentLength: output.ContentLength,
            etag: output.ETag,
            lastModified: output.LastModified,
          })),
        ),
      );
    },

    /**
     * An object, or a range of it: its status is S3's (200, 206, 304, 404, 412, 416), its body is transferred
     * as fast as it is read. Aborting `signal`, or destroying the body, ends the transfer.
     */
    get: (
      key: string,
      request: ObjectRequest,
      signal: AbortSignal,
    ): Promise<ObjectHead & { body?: Readable }> =>
      mapS3Error('s3:GetObject', stream(key, request, signal), signal),

    close(): void {
      client.destroy();
      requests.close();
    },
  };
}

export type Storage = ReturnType<typeof createStorage>;

/** The bucket, for a plugin: closed when the application closes. */
export function openStorage(app: FastifyInstance, { s3, recordings }: Options): Storage {
  const storage = createStorage(s3, recordings.path);
  app.addHook('onClose', async () => storage.close());
  return storage;
}
