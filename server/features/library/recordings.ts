import {
  recordingSchema,
  type DeleteManyOutput,
  type Recording,
  type RecordingStatus,
} from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import pMap from 'p-map';
import { recordingNotFound, toReelroomError, type ReelroomError } from '../../lib/errors.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import type { DeletionJournal, OnGone } from './deletion.ts';
import { createDescriptions } from './describe.ts';
import { createIndexHealing } from './heal-index.ts';
import { createManifestWrites } from './manifest-writes.ts';
import { createTidy } from './tidy.ts';
import type { Index } from '../index/store.ts';
import { describeFailure, describeRecording, endOf, manifestKey } from '../../bucket/manifest.ts';
import { listSegments } from '../../bucket/layout.ts';
import type { Target } from '../../adapters/livekit/egress-info.ts';
import type { Tombstones } from '../../bucket/tombstones.ts';

/** How many recordings are read concurrently. */
const maxConcurrent = 16;

/** Reads, changes and deletes single recordings in the bucket. */
export function createLibrary({
  storage,
  index,
  deletions,
  tombstones,
  bucket,
  path,
  onChange,
  onGone,
  log,
}: {
  storage: Storage;
  index: Index;
  deletions: DeletionJournal;
  tombstones: Pick<Tombstones, 'has'>;
  bucket: string;
  /** Key prefix of the recordings' folder. */
  path: string;
  onChange: (change: 'changed', recording: Recording) => void;
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

  async function get(name: string): Promise<Recording> {
    const recording = await readRecording(name);
    if (recording) return recording;
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
      ({ recording }) => recording && recordingSchema.parse({ ...recording, ...wanted }),
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

  /** The recording to delete, or why it cannot be. */
  async function findForDeletion(
    name: string,
  ): Promise<{ name: string; recording?: Recording; error?: ReelroomError }> {
    try {
      const recording = await readRecording(name);
      if (recording) return { name, recording };
      healMissing(name);
      return { name, error: recordingNotFound() };
    } catch (error) {
      return { name, error: toReelroomError(error) };
    }
  }

  /**
   * Deletes those of the named recordings that exist and that `mayGo`; returns the errors of those that are
   * missing, or that S3 refused, by name.
   */
  async function deleteNamed(names: string[], mayGo = (_recording: Recording) => true) {
    const results = await pMap(new Set(names), findForDeletion, { concurrency: maxConcurrent });
    const found = results.flatMap(({ recording }) => recording ?? []).filter(mayGo);
    const left = await deletions.deleteAll(found, onGone);
    const errors = new Map<string, ReelroomError>();
    for (const { name, error } of results) if (error) errors.set(name, error);
    for (const [name, error] of left) errors.set(name, error);
    return errors;
  }

  return {
    keyOf,

    /**
     * One recording: two S3 requests.
     * @throws {ReelroomError} RECORDING_NOT_FOUND
     */
    get,

    /**
     * One recording, and the ETag of its file: two S3 requests.
     * @throws {ReelroomError} RECORDING_NOT_FOUND, which says the name
     */
    async find(name: string) {
      const { recording, etag } = await readWithManifest(name);
      if (recording) return { recording, etag };
      healMissing(name);
      throw recordingNotFound(name);
    },

    healMissing,
    healDuplicate,

    /** Whether an egress's target is in this library. */
    isTarget: ({ key = '', bucket: itsBucket = bucket }: Target): boolean =>
      itsBucket === bucket && key.startsWith(path) && !key.slice(path.length).includes('/'),

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
     * Deletes a recording permanently: ten S3 requests, or a few more where it has many thumbnails.
     * @throws {ReelroomError} RECORDING_NOT_FOUND
     */
    async delete(name: string): Promise<void> {
      const error = (await deleteNamed([name])).get(name);
      if (error) throw error;
    },

    /**
     * Deletes recordings permanently, with a result for each. Five S3 requests for each, and five for all
     * together.
     */
    async deleteMany(names: string[]): Promise<DeleteManyOutput> {
      const errors = await deleteNamed(names);
      return {
        results: names.map((name) => {
          const error = errors.get(name);
          return {
            name,
            ...(error && { error: { code: error.code, message: error.message } }),
          };
        }),
      };
    },

    /**
     * Deletes those of the named recordings that `mayGo`, by their current manifests. Requests as {@link
     * deleteMany}.
     */
    async deleteWhere(names: string[], mayGo: (recording: Recording) => boolean): Promise<void> {
      await deleteNamed(names, mayGo);
    },
  };
}

export type Library = ReturnType<typeof createLibrary>;
