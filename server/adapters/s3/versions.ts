import {
  GetBucketVersioningCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { monotonicTime } from '../../lib/clock.ts';
import { isLocked, ReelroomError } from '../../lib/errors.ts';
import { orNothing, type Reach } from './errors.ts';
import { deleteAtOnce, keysAtOnce } from './deletes.ts';
import {
  compareKeys,
  inDeletionOrder,
  versionLists,
  type Version,
  type VersionList,
} from './version-lists.ts';

/** How long, in ms, it holds what S3 said of whether the bucket keeps versions. */
const knownForMs = 3_600_000;

/** How many LISTs are under way at once. */
const atOnce = 16;

/** How a server answers that knows of no versions. */
const knowsNone = [400, 405, 501];

const goes = 'what is deleted goes from the library, but its bytes stay in the bucket';

const noticeOf = (error: ReelroomError): string =>
  isLocked(error)
    ? `The bucket locks objects: ${goes} until their lock has ended and a lifecycle rule takes them away`
    : `The bucket keeps versions, which we may not delete: ${goes}. ${error.detail ?? ''}`;

/** The one that comes last in S3's order; an empty one of none. */
const lastOf = (keys: string[]): string =>
  keys.reduce((one, other) => (compareKeys(one, other) > 0 ? one : other), '');

const isRefusal = (error: unknown): error is ReelroomError =>
  error instanceof ReelroomError && error.code !== 'STORAGE_UNAVAILABLE';

/**
 * The versions that a bucket keeps of what is replaced and deleted (`Enabled`, or `Suspended` for those that it has
 * kept before). Where it does, deleting an object is deleting all of them, and its delete markers.
 * @param reach for what recordings do not depend on
 * @param hide deletes objects for whoever asks for no version
 */
export function createVersions(
  s3: { client: S3Client; reach: Reach; Bucket: string },
  hide: (keys: string[]) => Promise<Map<string, ReelroomError>>,
) {
  const { client, reach, Bucket } = s3;
  let isKept = false;
  /** Whether S3 has said which version it has made of an object. R2 does, and keeps none. */
  let isHeard = false;
  let askedAt = -Infinity;
  let asking: Promise<void> | undefined;
  let notice: string | undefined;

  /** All of what begins with a prefix in its folder, in S3's order. */
  async function* pagesOf(prefix: string) {
    let marker: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> = {};
    for (;;) {
      const request = new ListObjectVersionsCommand({ Bucket, Prefix: prefix, Delimiter: '/', ...marker });
      const page = await reach('s3:ListBucketVersions', client.send(request));
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
    // What S3 gives as the next key is no key where MinIO gives it.
    for await (const versions of pagesOf(prefix)) {
      found.push(...versions.filter(({ key }) => wanted.has(key)));
      const reached = lastOf(versions.map(({ key }) => key));
      if (compareKeys(reached, last) > 0) return found;
      pages += 1;
      if (pages < maxPages) continue;
      const isBehind = (key: string) => compareKeys(key, reached) >= 0;
      const rest = await versionsOf(keys.filter(isBehind).map(alone));
      return [...found.filter(({ key }) => !isBehind(key)), ...rest];
    }
    return found;
  }

  const alone = (key: string): VersionList => ({ prefix: key, keys: [key], maxPages: Infinity });

  const versionsOf = async (lists: VersionList[]): Promise<Version[]> =>
    (await pMap(lists, versionsIn, { concurrency: atOnce })).flat();

  /** Deletes versions: why S3 would not, by the keys of those. */
  async function deleteVersions(versions: Version[]): Promise<Map<string, ReelroomError>> {
    const refused = new Map<string, ReelroomError>();
    for (let from = 0; from < versions.length; from += keysAtOnce) {
      const some = versions.slice(from, from + keysAtOnce);
      const objects = some.map(({ key, id }) => ({ Key: key, VersionId: id }));
      try {
        for (const [key, why] of await deleteAtOnce(s3, objects, 's3:DeleteObjectVersion'))
          refused.set(key, why);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        for (const { key } of some) refused.set(key, error);
      }
    }
    return refused;
  }

  async function ask(): Promise<void> {
    const request = client.send(new GetBucketVersioningCommand({ Bucket }));
    try {
      const said = await reach('s3:GetBucketVersioning', orNothing(request, ...knowsNone));
      isKept = said !== undefined && (isHeard || said.Status !== undefined);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      isKept = isHeard;
    }
    askedAt = monotonicTime();
  }

  return {
    /** Hears which version S3 has made of an object that was put: it tells that it may keep them. */
    heard(id: string | undefined): void {
      if (id === undefined || isHeard) return;
      isHeard = true;
      askedAt = -Infinity;
    },

    /** Whether the bucket keeps versions: one request an hour, and once it is heard of. */
    async areKept(): Promise<boolean> {
      if (monotonicTime() - askedAt >= knownForMs)
        await (asking ??= ask().finally(() => (asking = undefined)));
      return isKept;
    },

    /**
     * Deletes up to 1,000 objects with all their versions: a LIST for each, or one for each 1,000 versions in a
     * folder, and a DELETE or two for each 1,000. Where S3 does not let us, they are deleted as far as it does, and
     * `notice` says so.
     * @returns why, by the keys of those that are still there
     * @throws {ReelroomError} STORAGE_UNAVAILABLE; STORAGE_REFUSED where it would delete none
     */
    async deleteAll(keys: string[]): Promise<Map<string, ReelroomError>> {
      let versions: Version[];
      try {
        versions = await versionsOf(versionLists(keys));
      } catch (error) {
        if (!isRefusal(error)) throw error;
        notice = noticeOf(error);
        return hide(keys);
      }
      const [older, latest] = inDeletionOrder(versions);
      const refused = await deleteVersions(older);
      for (const [key, why] of await deleteVersions(latest.filter(({ key }) => !refused.has(key))))
        refused.set(key, why);
      const [why] = [...refused.values()].filter(isRefusal);
      notice = why && noticeOf(why);
      const stay = latest.filter(({ key, isMarker }) => refused.has(key) && !isMarker);
      return stay.length > 0 ? hide(stay.map(({ key }) => key)) : new Map();
    },

    /**
     * Deletes the versions of an object that were replaced: a LIST, and a DELETE where there are any. Where S3 does
     * not let us they stay.
     */
    async deleteReplaced(key: string): Promise<void> {
      const [older] = inDeletionOrder(await versionsOf([alone(key)]));
      await deleteVersions(older);
    },

    /** What of that does not work, a sentence for whoever runs the app; as of the last time. */
    notice: (): string | undefined => notice,
  };
}
