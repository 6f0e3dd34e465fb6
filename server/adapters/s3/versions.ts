import {
  GetBucketVersioningCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { monotonicTime } from '../../lib/clock.ts';
import { isLocked, ReelroomError } from '../../lib/errors.ts';
import { undefinedIf404, type MapS3Error } from './errors.ts';
import { deleteBatch, maxKeysPerRequest } from './deletes.ts';
import {
  compareKeys,
  inDeletionOrder,
  versionLists,
  type Version,
  type VersionList,
} from './version-lists.ts';

/** How long the bucket's versioning status is cached, in ms. */
const knownForMs = 3_600_000;

/** How many LISTs run concurrently. */
const maxConcurrent = 16;

/** Statuses of servers without versioning. */
const knowsNone = [400, 405, 501];

const consequence = 'what is deleted goes from the library, but its bytes stay in the bucket';

const noticeOf = (error: ReelroomError): string =>
  isLocked(error)
    ? `The bucket locks objects: ${consequence} until their lock has ended and a lifecycle rule takes them away`
    : `The bucket keeps versions, which we may not delete: ${consequence}. ${error.detail ?? ''}`;

/** The last key in S3's order; empty for no keys. */
const lastOf = (keys: string[]): string =>
  keys.reduce((one, other) => (compareKeys(one, other) > 0 ? one : other), '');

const isRefusal = (error: unknown): error is ReelroomError =>
  error instanceof ReelroomError && error.code !== 'STORAGE_UNAVAILABLE';

/**
 * The versions that a versioned bucket keeps of replaced and deleted objects (`Enabled`, or `Suspended` with
 * earlier versions). There, deleting an object means deleting all its versions and delete markers.
 * @param mapS3Error for optional requests
 * @param addDeleteMarkers deletes objects without their versions
 */
export function createVersions(
  s3: { client: S3Client; mapS3Error: MapS3Error; Bucket: string },
  addDeleteMarkers: (keys: string[]) => Promise<Map<string, ReelroomError>>,
) {
  const { client, mapS3Error, Bucket } = s3;
  let isKept = false;
  /** Whether a PUT's response had a version id. R2 sends one, and keeps no versions. */
  let hasSeenVersion = false;
  let refreshedAt = -Infinity;
  let refreshing: Promise<void> | undefined;
  let notice: string | undefined;

  /** All versions below a prefix, without subfolders, in S3's order. */
  async function* pagesOf(prefix: string) {
    let marker: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> = {};
    for (;;) {
      const request = new ListObjectVersionsCommand({ Bucket, Prefix: prefix, Delimiter: '/', ...marker });
      const page = await mapS3Error('s3:ListBucketVersions', client.send(request));
      const { Versions = [], DeleteMarkers = [], IsTruncated, NextKeyMarker, NextVersionIdMarker } = page;
      const of = (isMarker: boolean, found: typeof DeleteMarkers): Version[] =>
        found.flatMap(({ Key, VersionId, IsLatest = false }) =>
          Key === undefined || VersionId === undefined
            ? []
            : { key: Key, id: VersionId, isLatest: IsLatest, isMarker },
        );
      yield [...of(false, Versions), ...of(true, DeleteMarkers)];
      if (!IsTruncated || NextKeyMarker === undefined) return;
      marker = { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker };
    }
  }

  async function versionsIn({ prefix, keys, maxPages }: VersionList): Promise<Version[]> {
    const wanted = new Set(keys);
    const last = lastOf(keys);
    const found: Version[] = [];
    let pages = 0;
    // MinIO's NextKeyMarker is not a key: the last key of the page decides.
    for await (const versions of pagesOf(prefix)) {
      found.push(...versions.filter(({ key }) => wanted.has(key)));
      const reached = lastOf(versions.map(({ key }) => key));
      if (compareKeys(reached, last) > 0) return found;
      pages += 1;
      if (pages < maxPages) continue;
      const isBehind = (key: string) => compareKeys(key, reached) >= 0;
      const rest = await versionsOf(keys.filter(isBehind).map(listOfOne));
      return [...found.filter(({ key }) => !isBehind(key)), ...rest];
    }
    return found;
  }

  const listOfOne = (key: string): VersionList => ({ prefix: key, keys: [key], maxPages: Infinity });

  const versionsOf = async (lists: VersionList[]): Promise<Version[]> =>
    (await pMap(lists, versionsIn, { concurrency: maxConcurrent })).flat();

  /** Deletes versions; returns the errors of those that are left, by key. */
  async function deleteVersions(versions: Version[]): Promise<Map<string, ReelroomError>> {
    const refused = new Map<string, ReelroomError>();
    for (let from = 0; from < versions.length; from += maxKeysPerRequest) {
      const some = versions.slice(from, from + maxKeysPerRequest);
      const objects = some.map(({ key, id }) => ({ Key: key, VersionId: id }));
      try {
        for (const [key, why] of await deleteBatch(s3, objects, 's3:DeleteObjectVersion'))
          refused.set(key, why);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        for (const { key } of some) refused.set(key, error);
      }
    }
    return refused;
  }

  async function refresh(): Promise<void> {
    const request = client.send(new GetBucketVersioningCommand({ Bucket }));
    try {
      const versioning = await mapS3Error('s3:GetBucketVersioning', undefinedIf404(request, ...knowsNone));
      isKept = versioning !== undefined && (hasSeenVersion || versioning.Status !== undefined);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      isKept = hasSeenVersion;
    }
    refreshedAt = monotonicTime();
  }

  return {
    /** Learns from the version id of a PUT's response that the bucket may be versioned. */
    learn(id: string | undefined): void {
      if (id === undefined || hasSeenVersion) return;
      hasSeenVersion = true;
      refreshedAt = -Infinity;
    },

    /** Whether the bucket keeps versions: one request an hour, and one after the first version id. */
    async areKept(): Promise<boolean> {
      if (monotonicTime() - refreshedAt >= knownForMs)
        await (refreshing ??= refresh().finally(() => (refreshing = undefined)));
      return isKept;
    },

    /**
     * Deletes up to 1,000 objects with all their versions: a LIST for each, or one for each 1,000 versions in
     * a folder, and a DELETE or two for each 1,000. Where S3 refuses, only delete markers are added, and
     * `notice` says so.
     * @returns the errors of those that are left, by key
     * @throws {ReelroomError} STORAGE_UNAVAILABLE; STORAGE_REFUSED where it would delete none
     */
    async deleteAll(keys: string[]): Promise<Map<string, ReelroomError>> {
      let versions: Version[];
      try {
        versions = await versionsOf(versionLists(keys));
      } catch (error) {
        if (!isRefusal(error)) throw error;
        notice = noticeOf(error);
        return addDeleteMarkers(keys);
      }
      const [older, latest] = inDeletionOrder(versions);
      const refused = await deleteVersions(older);
      for (const [key, why] of await deleteVersions(latest.filter(({ key }) => !refused.has(key))))
        refused.set(key, why);
      const [why] = [...refused.values()].filter(isRefusal);
      notice = why && noticeOf(why);
      const stay = latest.filter(({ key, isMarker }) => refused.has(key) && !isMarker);
      return stay.length > 0 ? addDeleteMarkers(stay.map(({ key }) => key)) : new Map();
    },

    /**
     * Deletes the older versions of an object: a LIST, and a DELETE where there are any. Where S3 refuses
     * they stay.
     */
    async deleteReplaced(key: string): Promise<void> {
      const [older] = inDeletionOrder(await versionsOf([listOfOne(key)]));
      await deleteVersions(older);
    },

    /** Why versions could not be deleted the last time, a sentence for operators. */
    notice: (): string | undefined => notice,
  };
}
