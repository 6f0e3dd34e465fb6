import {
  recordingSchema,
  type DeleteManyOutput,
  type Recording,
  type RecordingStatus,
} from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import pMap from 'p-map';
import { isNotFound, recordingNotFound, toReelroomError, type ReelroomError } from '../../lib/errors.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import type { DeletionJournal, OnGone } from './deletion.ts';
import { createDescriptions } from './describe.ts';
import { createIndexHealing } from './heal-index.ts';
import { createManifestWrites } from './manifest-writes.ts';
import { createTidy } from './tidy.ts';
import { createTrash, isListed, type TrashChange } from './trash.ts';
import type { Index } from '../index/store.ts';
import {
  consentOfManifest,
  describeFailure,
  describeRecording,
  endOf,
  manifestKey,
} from '../../bucket/manifest.ts';
import { listSegments } from '../../bucket/layout.ts';
import type { Target } from '../../adapters/livekit/egress-info.ts';
import type { Tombstones } from '../../bucket/tombstones.ts';

/** How many recordings are read concurrently. */
const maxConcurrent = 16;

/**
 * Reads, changes and deletes single recordings in the bucket; those in the trash are not found.
 * @param trashDays for how many days deleted ones stay in the trash; 0 deletes them at once
 */
export function createLibrary({
  storage,
  index,
  deletions,
  tombstones,
  bucket,
  namesBucket,
  path,
  trashDays,
  mustKeep,
  onChange,
  onGone,
  log,
}: {
  storage: Storage;
  index: Index;
  deletions: DeletionJournal;
  tombstones: Pick<Tombstones, 'has'>;
  bucket: string;
  /** Whether our egress requests name the bucket; Egress's own configuration does with `EGRESS_UPLOAD=server`. */
  namesBucket: boolean;
  /** Key prefix of the recordings' folder. */
  path: string;
  trashDays: number;
  /** Whether retention would take a recording at once. */
  mustKeep: (recording: Recording) => boolean;
  onChange: (change: 'changed' | TrashChange, recording: Recording) => void;
  onGone: OnGone;
  log: FastifyBaseLogger;
}) {
  const keyOf = (name: string) => path + name;

  /** Reads a recording from media and manifest, with their ETags: two S3 requests. */
  async function readWithManifest(name: string) {
    const key = keyOf(name);
    const [head, manifest] = await Promise.all([storage.head(key), storage.getTextAndEtag(manifestKey(key))]);
    const { contentLength: size = 0, lastModified = new Date(0), etag } = head;
    const recording =
      head.status === 200
        ? describeRecording({ name, size, lastModified }, manifest?.text)
        : describeFailure(manifest?.text);
    return { recording, etag, manifest };
  }

  const readRecording = async (name: string) => (await readWithManifest(name)).recording;

  const healing = createIndexHealing({ storage, index, readRecording, log });
  const { healMissing, healDuplicate } = healing;
  const writes = createManifestWrites({ storage, index, tombstones, keyOf, readRecording, log });
  const { swapManifest, stillExists, removeStale } = writes;

  const trash = createTrash({ index, healing, writes, readWithManifest, mustKeep, onChange });

  async function get(name: string): Promise<Recording> {
    const recording = await readRecording(name);
    if (isListed(recording)) return recording;
    healMissing(name);
    throw recordingNotFound();
  }

  /**
   * Changes a recording's title or `keep`, safely under concurrent changes. The manifest is written first:
   * the index derives from it.
   */
  async function change(
    name: string,
    wanted: Pick<Recording, 'title'> | Pick<Recording, 'keep'>,
  ): Promise<Recording> {
    const { seen, now } = await swapManifest(
      name,
      () => readWithManifest(name),
      ({ recording }) =>
        isListed(recording) ? recordingSchema.parse({ ...recording, ...wanted }) : undefined,
    );
    if (now && seen.recording) {
      await index.put(now);
      await removeStale(seen.recording, now);
      if (await stillExists(now)) {
        onChange('changed', now);
        return now;
      }
    }
    healMissing(name);
    throw recordingNotFound();
  }

  /** What `find` returns, or why there is none. */
  async function attempt(
    name: string,
    find: () => Promise<Recording | undefined>,
  ): Promise<{ name: string; recording?: Recording; error?: ReelroomError }> {
    try {
      const recording = await find();
      if (recording) return { name, recording };
      healMissing(name);
      return { name, error: recordingNotFound() };
    } catch (error) {
      return { name, error: toReelroomError(error) };
    }
  }

  /** Does `work` for each name; returns the errors, by name. */
  async function forEachName(
    names: Iterable<string>,
    work: (name: string) => Promise<Recording | undefined>,
  ): Promise<{ found: Recording[]; errors: Map<string, ReelroomError> }> {
    const results = await pMap(new Set(names), (name) => attempt(name, () => work(name)), {
      concurrency: maxConcurrent,
    });
    const errors = new Map<string, ReelroomError>();
    for (const { name, error } of results) if (error) errors.set(name, error);
    return { found: results.flatMap(({ recording }) => recording ?? []), errors };
  }

  /** Deletes for good what `find` returns; returns the errors of what is missing, or S3 refused, by name. */
  async function deleteForGood(
    names: string[],
    find: (name: string) => Promise<Recording | undefined>,
  ): Promise<Map<string, ReelroomError>> {
    const { found, errors } = await forEachName(names, find);
    for (const [name, error] of await deletions.deleteAll(found, onGone)) errors.set(name, error);
    return errors;
  }

  /**
   * Deletes those of the named recordings that exist and that `mayGo`, or moves them to the trash; returns
   * the errors of those that are missing, or that S3 refused, by name.
   */
  async function deleteNamed(names: string[], mayGo = (_recording: Recording) => true) {
    if (trashDays > 0) return (await forEachName(names, (name) => trash.put(name, mayGo))).errors;
    return deleteForGood(names, async (name) => {
      const recording = await readRecording(name);
      return isListed(recording) && mayGo(recording) ? recording : undefined;
    });
  }

  const outcomeOf = (names: string[], errors: Map<string, ReelroomError>): DeleteManyOutput => ({
    results: names.map((name) => {
      const error = errors.get(name);
      return { name, ...(error && { error: { code: error.code, message: error.message } }) };
    }),
  });

  return {
    keyOf,

    /**
     * One recording: two S3 requests.
     * @throws {ReelroomError} RECORDING_NOT_FOUND
     */
    get,

    /**
     * One recording, the ETag of its file, and the receipts of consent to it: two S3 requests.
     * @throws {ReelroomError} RECORDING_NOT_FOUND, which says the name
     */
    async find(name: string) {
      const { recording, etag, manifest } = await readWithManifest(name);
      if (isListed(recording)) return { recording, etag, consent: consentOfManifest(manifest?.text) };
      healMissing(name);
      throw recordingNotFound(name);
    },

    healMissing,
    healDuplicate,

    /**
     * Whether an egress's target is in this library. One without a bucket is of an app with
     * `EGRESS_UPLOAD=server`, of which several may share a LiveKit.
     */
    isTarget: ({ key = '', bucket: itsBucket }: Target): boolean =>
      (itsBucket === undefined ? !namesBucket : itsBucket === bucket) &&
      key.startsWith(path) &&
      !key.slice(path.length).includes('/'),

    /** A recording's final status, from its manifest: one GET. */
    async endOf(name: string): Promise<RecordingStatus | undefined> {
      return endOf(await storage.getText(manifestKey(keyOf(name))));
    },

    /**
     * When a recording whose name has no time began, in ms since 1970: the date of its first segment, else of
     * its file, which may be rewritten while there are segments. In whole seconds, so that all processes
     * agree; undefined where it has neither. Two requests.
     */
    async firstWrittenAt(name: string): Promise<number | undefined> {
      const [first = keyOf(name)] = await listSegments(storage, path, name);
      const { lastModified } = await storage.head(first);
      return lastModified && Math.floor(lastModified.getTime() / 1_000) * 1_000;
    },

    /** Whether the bucket has a recording's file or segments: two requests at most. */
    async hasMedia(name: string): Promise<boolean> {
      const { status } = await storage.head(keyOf(name));
      return status === 200 || (await listSegments(storage, path, name)).length > 0;
    },

    tidy: createTidy({ storage, path, log }),

    ...createDescriptions({ storage, index, healing, writes, keyOf, readWithManifest }),

    /**
     * Sets or removes a recording's title; its file keeps its name. Five S3 requests, six when it had another
     * title.
     * @throws {ReelroomError} RECORDING_NOT_FOUND, also while it is being made
     */
    rename: (name: string, title: string | undefined): Promise<Recording> => change(name, { title }),

    /**
     * Exempts a recording from retention, or lifts the exemption. Requests as {@link rename}.
     * @throws {ReelroomError} RECORDING_NOT_FOUND, also while it is being made
     */
    setKeep: (name: string, keep: boolean): Promise<Recording> => change(name, { keep: keep || undefined }),

    /**
     * Moves a recording to the trash: seven S3 requests. Without a trash it is deleted for good: eleven, or a
     * few more where it has many thumbnails.
     * @throws {ReelroomError} RECORDING_NOT_FOUND
     */
    async delete(name: string): Promise<void> {
      const error = (await deleteNamed([name])).get(name);
      if (error) throw error;
    },

    /**
     * Moves recordings to the trash, with a result for each: seven S3 requests for each. Without a trash they
     * are deleted for good: five for each, and five for all together.
     */
    deleteMany: async (names: string[]): Promise<DeleteManyOutput> =>
      outcomeOf(names, await deleteNamed(names)),

    /**
     * As {@link deleteMany}, but only those that `mayGo`, by their current manifests.
     */
    async deleteWhere(names: string[], mayGo: (recording: Recording) => boolean): Promise<void> {
      await deleteNamed(names, mayGo);
    },

    /**
     * Restores recordings from the trash, with a result for each: six S3 requests for each. Those that
     * retention would take at once are marked to be kept.
     */
    restore: async (names: string[]): Promise<DeleteManyOutput> =>
      outcomeOf(names, (await forEachName(names, trash.restore)).errors),

    /**
     * Deletes recordings for good, whether they are in the trash or not, with a result for each. Six S3
     * requests for each, eight if it is in the trash; and five for all together.
     */
    deleteForGood: async (names: string[]): Promise<DeleteManyOutput> =>
      outcomeOf(
        names,
        await deleteForGood(names, async (name) => {
          const recording = await readRecording(name);
          return isListed(recording) ? recording : trash.condemn(name, () => true);
        }),
      ),

    /**
     * Deletes for good those of the named recordings that are in the trash and that `mayGo`, by their current
     * manifests; the entries of others are put right. Requests as {@link deleteForGood}.
     * @returns how many were deleted
     */
    async deleteFromTrash(entered: Recording[], mayGo: (recording: Recording) => boolean): Promise<number> {
      const names = entered.map(({ name }) => name);
      const errors = await deleteForGood(names, (name) => trash.condemn(name, mayGo));
      const others = entered.filter(({ name }) => isNotFound(errors.get(name)));
      await pMap(others, healing.healUntilRight, { concurrency: maxConcurrent });
      return names.length - errors.size;
    },

    trashPage: trash.page,

    /** Makes a recording's entries what its manifest says: some six S3 requests. */
    healEntries: healing.healUntilRight,
  };
}

export type Library = ReturnType<typeof createLibrary>;
