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
import { createReach, isNoBucket, orNothing, orStatus } from './errors.ts';
import { abortUploads, type OpenUpload } from './stale-uploads.ts';
import { ConditionNotMet, whenMet, type WriteCondition } from './conditions.ts';
import { credentialsOf } from './credentials.ts';
import { deleteAtOnce, keysAtOnce } from './deletes.ts';
import { createHealth } from './health.ts';
import { createLists } from './lists.ts';
import { createObjectStream } from './object-stream.ts';
import { createPresigner, type Presign } from './presign.ts';
import { answersWithin, createS3Client, patient, s3Clock } from './client.ts';
import { createSignedRequests, signedFor } from './request.ts';
import { startUpload, type Upload } from './multipart.ts';
import type { ObjectRequest, ObjectHead } from './types.ts';
import { createVersions } from './versions.ts';

/** How long a few megabytes may take, in ms. */
const bodyTimeout = 60_000;

/** How long a small request may take, with its tries, in ms. */
const smallTimeout = 2 * answersWithin;

/** How old what S3 last answered may be, in ms, for it to count as there. */
const quietMs = 120_000;

/**
 * The bucket, and the only place that knows the S3 SDK. Each method is one request
 * but for `list`, `folders`, `deleteEach`, `deleteMany` (one per 1,000 keys) and `abortUploads`, and throws `STORAGE_UNAVAILABLE` when S3
 * cannot be reached, `STORAGE_REFUSED` when it refuses what we may not do: a right, the bucket or a setting is missing.
 * @param path key prefix of all that is ours
 */
export function createStorage(s3: Options['s3'], path = '') {
  const client = createS3Client(s3);
  const clock = s3Clock(client);
  const Bucket = s3.bucket;
  const signing = { credentials: credentialsOf(s3), now: clock.now };
  const requests = createSignedRequests(clock.heard);
  const presign = createPresigner(s3, signing);
  const stream = createObjectStream(requests, (key) => presign('GET', key, {}, signedFor / 1_000));

  /** An object that is there for a moment, to see whether we may put, read and delete one. */
  const probeKey = `${path}.reelroom/probe`;
  let isMade = !s3.createBucket;
  const health = createHealth({
    async ask() {
      // Once only: where the bucket is missing later something is wrong with the disk, which a new one would hide.
      if (!isMade) await makeBucket();
      isMade = true;
      await reach('s3:ListBucket', lookForBucket());
    },
    async probe() {
      await put(probeKey, new Uint8Array());
      await reach(
        's3:GetObject',
        orNothing(client.send(new GetObjectCommand({ Bucket, Key: probeKey }), soon())),
      );
      await remove(probeKey);
    },
  });
  const reach = createReach(health.listener);
  /** For what nothing depends on: that it is refused says nothing of the rest. */
  const reachBeside = createReach({ ...health.listener, refused: () => undefined, failed: () => undefined });

  const deleteWithoutVersions = (keys: string[]) =>
    deleteAtOnce(
      { client, reach, Bucket },
      keys.map((Key) => ({ Key })),
      's3:DeleteObject',
    );
  const versions = createVersions({ client, reach: reachBeside, Bucket }, deleteWithoutVersions);

  const soon = () => ({ abortSignal: AbortSignal.timeout(smallTimeout) });

  /** Puts a small object: its ETag. */
  async function put(
    Key: string,
    Body: Uint8Array,
    more: { ContentType?: string; IfMatch?: string; IfNoneMatch?: string } = {},
  ): Promise<string | undefined> {
    const request = new PutObjectCommand({ Bucket, Key, Body, ...more });
    const { ETag, VersionId } = await reach('s3:PutObject', client.send(request, soon()));
    versions.heard(VersionId);
    return ETag;
  }

  async function remove(Key: string): Promise<void> {
    if (await versions.areKept()) await deleteMany([Key]);
    else await reach('s3:DeleteObject', client.send(new DeleteObjectCommand({ Bucket, Key }), soon()));
  }

  const deleteSome = async (keys: string[]): Promise<Map<string, ReelroomError>> =>
    (await versions.areKept()) ? versions.deleteAll(keys) : deleteWithoutVersions(keys);

  async function deleteEach(keys: string[]): Promise<Map<string, ReelroomError>> {
    const left = new Map<string, ReelroomError>();
    for (let from = 0; from < keys.length; from += keysAtOnce) {
      const refused = await deleteSome(keys.slice(from, from + keysAtOnce));
      if (refused.size === 0) continue;
      for (const [key, why] of await deleteSome([...refused.keys()])) left.set(key, why);
    }
    return left;
  }

  async function deleteMany(keys: string[]): Promise<void> {
    const [why] = (await deleteEach(keys)).values();
    if (why) throw why;
  }

  /** Asks for the shortest of lists: HeadBucket does not say why it is refused. */
  const lookForBucket = () =>
    client.send(new ListObjectsV2Command({ Bucket, Prefix: probeKey, MaxKeys: 1 }), {
      abortSignal: AbortSignal.timeout(answersWithin),
    });

  async function makeBucket(): Promise<void> {
    const isThere = lookForBucket().then(
      () => true,
      (error: unknown) => {
        if (!isNoBucket(error)) throw error;
        return false;
      },
    );
    if (await reach('s3:ListBucket', isThere)) return;
    // 409: another process has made it in this very moment.
    const made = client.send(new CreateBucketCommand({ Bucket }), soon());
    await reach('s3:CreateBucket', orNothing(made, 409));
  }

  /** An object, or a part of it, at once, with its size; no bytes where S3 says that there are none. */
  function readWhole(key: string, request: Pick<ObjectRequest, 'Range' | 'IfMatch'> = {}) {
    const signal = AbortSignal.timeout(bodyTimeout);
    const read = stream(key, request, signal).then(async ({ status, body, etag, contentRange }) => {
      const bytes = body && (await buffer(body));
      return { status, bytes, etag, size: Number(contentRange?.split('/')[1] ?? bytes?.length) };
    });
    return reach('s3:GetObject', read);
  }

  return {
    /**
     * Throws why recordings can be neither made nor read, as far as is known. The first time the bucket is made where
     * that is wanted. S3 is asked, by one request,
     * when it has answered nothing for `maxAgeMs`, or when a request has failed since; it is away
     * when it does not answer that within 15 s.
     */
    check: (maxAgeMs = quietMs): Promise<void> => health.check(maxAgeMs),

    /** What does not work as it could, though recordings do: sentences for whoever runs the app. */
    notices(): string[] {
      const notice = versions.notice();
      return notice === undefined ? health.refusals() : [...health.refusals(), notice];
    },

    /** What time it is at S3, as far as it has said: the same for all processes. */
    now: (): Date => clock.now(),

    /** Makes the bucket, unless it is there. One request, or two. */
    makeBucket,

    /** Signs URLs of the bucket at another endpoint, such as the one that browsers reach. No request. */
    presignerAt: (endpoint: string): Presign => createPresigner({ ...s3, endpoint }, signing),

    ...createLists({ client, requests, reach, presign, Bucket }),

    /** A small object's text; nothing where there is none. */
    async getText(key: string): Promise<string | undefined> {
      const { bytes } = await readWhole(key);
      return bytes?.toString();
    },

    /** A whole object, for those that are a few megabytes at most; nothing where there is none. */
    async getBytes(key: string): Promise<Uint8Array | undefined> {
      const { bytes } = await readWhole(key);
      return bytes;
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
      const request = { Range: `bytes=${start}-${end - 1}`, IfMatch: etag };
      const { status, bytes, ...found } = await readWhole(key, request);
      if (etag !== undefined && (status === 404 || status === 412))
        throw new ConditionNotMet(`${key} is another by now`);
      return bytes && { bytes, ...found };
    },

    /** A small object's text and its ETag, for who means to write it again; nothing where there is none. */
    async getTextAndEtag(key: string): Promise<{ text: string; etag: string | undefined } | undefined> {
      const { bytes, etag } = await readWhole(key);
      return bytes && { text: bytes.toString(), etag };
    },

    /**
     * Writes an object, with a `condition` only where that holds.
     * @returns its ETag
     * @throws {ConditionNotMet}
     */
    async putJson(key: string, value: unknown, condition?: WriteCondition): Promise<string | undefined> {
      const written = put(key, new TextEncoder().encode(JSON.stringify(value)), {
        ContentType: 'application/json',
        ...condition,
      });
      return condition ? whenMet(written) : written;
    },

    /** Makes an object that says all it has to say by its key. */
    async putEmpty(key: string): Promise<void> {
      await put(key, new Uint8Array());
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
      await whenMet(reach('s3:PutObject', client.send(request, patient)));
    },

    /** Deletes an object; one that is not there is deleted already. */
    delete: remove,

    /**
     * Deletes objects, those that are not there as well: one request per 1,000, and one more
     * for those that S3 would not delete at first, such as one that somebody else was deleting.
     * In a bucket that keeps versions with all of them: see {@link createVersions}.
     * @returns why it would not the second time either, by the keys of those
     * @throws {ReelroomError} STORAGE_UNAVAILABLE, STORAGE_REFUSED where it would delete none
     */
    deleteEach,

    /** As `deleteEach`, for those that have to be gone; throws STORAGE_REFUSED, RECORDING_LOCKED also for a single one. */
    deleteMany,

    /**
     * Deletes an object that has this ETag, by servers that know of conditions there; of its versions the older ones, too.
     * @throws {ConditionNotMet}
     */
    async deleteIfStill(Key: string, IfMatch: string): Promise<void> {
      const request = new DeleteObjectCommand({ Bucket, Key, IfMatch });
      await whenMet(reach('s3:DeleteObject', client.send(request, soon())));
      if (await versions.areKept()) await versions.deleteReplaced(Key);
    },

    /**
     * Deletes what a bucket with versions keeps of what an object was before: a LIST, and a DELETE where there is
     * any; no request where it keeps none.
     */
    async deleteReplaced(key: string): Promise<void> {
      if (await versions.areKept()) await versions.deleteReplaced(key);
    },

    /** Begins an object that is uploaded in parts, or replaced by them. */
    startUpload: (key: string, contentType: string): Promise<Upload> =>
      startUpload({ client, reach, Bucket }, key, contentType),

    /** Aborts those uploads below `prefix` that `isBroken`: how many; see {@link abortUploads}. */
    abortUploads: (prefix: string, isBroken: (upload: OpenUpload) => boolean): Promise<number> =>
      abortUploads({ client, reach: reachBeside, Bucket }, prefix, isBroken),

    /** An object's head; its status is S3's: 200 or 404. */
    head(key: string): Promise<ObjectHead> {
      return reach(
        's3:GetObject',
        orStatus(
          client.send(new HeadObjectCommand({ Bucket, Key: key }), soon()).then((output) => ({
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
    ): Promise<ObjectHead & { body?: Readable }> =>
      reach('s3:GetObject', stream(key, request, signal), signal),

    close(): void {
      client.destroy();
      requests.close();
    },
  };
}

export type Storage = ReturnType<typeof createStorage>;

/** The bucket for a plugin: let go of when the application closes. */
export function openStorage(app: FastifyInstance, { s3, recordings }: Options): Storage {
  const storage = createStorage(s3, recordings.path);
  app.addHook('onClose', async () => storage.close());
  return storage;
}
