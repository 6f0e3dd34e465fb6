import {
  parseRecordingName,
  recordingSchema,
  type DeleteManyOutput,
  type Recording,
  type RecordingStatus,
} from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import pMap from 'p-map';
import { monotonicTime } from '../../clock.ts';
import { recordingNotFound, storageUnavailable, toReelroomError, type ReelroomError } from '../../errors.ts';
import type { Storage } from '../../plugins/storage/storage.ts';
import type { Erase } from './erase.ts';
import type { Index } from './index/store.ts';
import {
  describeFailure,
  describeRecording,
  endOf,
  manifestKey,
  manifestOf,
  recordingOfManifest,
} from './manifest.ts';
import { deleteSegments, listSegments } from './segments.ts';
import type { Target } from './state.ts';

/** How many recordings are looked at at once, where many are. */
const atOnce = 16;

/** How often, in ms, all of the index may be gone through for a name that tells no time. */
const walkEveryMs = 10_000;

/** The recordings that are in the bucket, one by one. */
export function createLibrary({
  storage,
  index,
  erase,
  bucket,
  path,
  onChange,
  log,
}: {
  storage: Storage;
  index: Index;
  erase: Erase;
  bucket: string;
  /** Key prefix of the recordings' folder. */
  path: string;
  onChange: (change: 'changed' | 'deleted', recording: Recording) => void;
  log: FastifyBaseLogger;
}) {
  const keyOf = (name: string) => path + name;
  const healing = new Set<string>();

  /** What media and manifest say, and the ETag of the media: two S3 requests. */
  async function lookAtFile(
    name: string,
  ): Promise<{ recording: Recording; etag?: string | undefined } | undefined> {
    const key = keyOf(name);
    const [head, manifest] = await Promise.all([storage.head(key), storage.getText(manifestKey(key))]);
    const { contentLength: size = 0, lastModified = new Date(0), etag } = head;
    const recording =
      head.status === 200
        ? describeRecording({ name, size, lastModified }, manifest)
        : describeFailure(manifest);
    return recording && { recording, etag };
  }

  const look = async (name: string) => (await lookAtFile(name))?.recording;

  /** Makes the entries at one place those that media and manifest ask for. */
  async function healOnce(entered: Recording): Promise<Recording | undefined> {
    const truth = await look(entered.name);
    const right = new Set(truth && index.keysOf(truth));
    const there = await index.keysAt(entered);
    if (truth && [...right].some((key) => !there.includes(key))) await index.put(truth);
    await storage.deleteMany(there.filter((key) => !right.has(key)));
    return truth;
  }

  async function healUntilRight(entered: Recording): Promise<void> {
    let before = await healOnce(entered);
    for (;;) {
      // Somebody may have changed it meanwhile, and lost the new entries to our tidying.
      const now = await look(entered.name);
      if (JSON.stringify(now) === JSON.stringify(before)) return;
      before = await healOnce(entered);
    }
  }

  /** Has the entries of a recording made right, some time soon. */
  function heal(name: string, find: () => Promise<Recording | undefined>): void {
    if (healing.has(name)) return;
    healing.add(name);
    find()
      .then(async (entered) => {
        if (!entered) return;
        await healUntilRight(entered);
        log.info({ name }, 'entries of the index that were wrong are made right');
      })
      .catch((error: unknown) =>
        log.warn({ err: error, name }, 'entries of the index are not made right yet'),
      )
      .finally(() => healing.delete(name));
  }

  let walkedAt = -Infinity;

  /** Somebody asked for a recording that is not there: neither may its entries be. */
  function healMissing(name: string): void {
    if (!parseRecordingName(name)) {
      // Anybody can make up such names.
      if (monotonicTime() - walkedAt < walkEveryMs) return;
      walkedAt = monotonicTime();
    }
    heal(name, () => index.find(name));
  }

  async function get(name: string): Promise<Recording> {
    const recording = await look(name);
    if (recording) return recording;
    healMissing(name);
    throw recordingNotFound();
  }

  /** Changes what people have to say of a recording. The manifest first: it says what is right. */
  async function change(
    name: string,
    wanted: Pick<Recording, 'title'> | Pick<Recording, 'keep'>,
  ): Promise<Recording> {
    const before = await get(name);
    const now = recordingSchema.parse({ ...before, ...wanted });
    await storage.putJson(manifestKey(keyOf(name)), manifestOf(now));
    await index.put(now);
    await index.removeAllBut(before, now);
    onChange('changed', now);
    return now;
  }

  /** The recording that is to be deleted, or why it cannot be. */
  async function lookFor(
    name: string,
  ): Promise<{ name: string; recording?: Recording; error?: ReelroomError }> {
    try {
      const recording = await look(name);
      if (recording) return { name, recording };
      healMissing(name);
      return { name, error: recordingNotFound() };
    } catch (error) {
      return { name, error: toReelroomError(error) };
    }
  }

  /**
   * Deletes those of the named recordings that are there and that `mayGo`: why it did not,
   * by the names of those others that are not there, or that S3 would not delete.
   */
  async function deleteThose(names: string[], mayGo = (_recording: Recording) => true) {
    const looked = await pMap(new Set(names), lookFor, { concurrency: atOnce });
    const found = looked.flatMap(({ recording }) => recording ?? []).filter(mayGo);
    const left = await erase.all(found);
    for (const recording of found) if (!left.has(recording.name)) onChange('deleted', recording);
    const errors = new Map<string, ReelroomError>();
    for (const { name, error } of looked) if (error) errors.set(name, error);
    for (const name of left) errors.set(name, storageUnavailable());
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
      const found = await lookAtFile(name);
      if (found) return found;
      healMissing(name);
      throw recordingNotFound(name);
    },

    healMissing,

    /** Two entries of one recording were seen: one is wrong. */
    healDoubled: (entered: Recording): void => heal(entered.name, () => Promise.resolve(entered)),

    /** Whether a file that is stored there is one of these recordings. */
    isTarget: ({ key = '', bucket: itsBucket = bucket }: Target): boolean =>
      itsBucket === bucket && key.startsWith(path) && !key.slice(path.length).includes('/'),

    /** How a recording ended, where that has been described: one GET. */
    async endOf(name: string): Promise<RecordingStatus | undefined> {
      return endOf(await storage.getText(manifestKey(keyOf(name))));
    },

    /** Whether the bucket holds anything of a recording that can be played, or made so: two requests at most. */
    async holds(name: string): Promise<boolean> {
      const { status } = await storage.head(keyOf(name));
      return status === 200 || (await listSegments(storage, path, name)).length > 0;
    },

    /** Deletes the segments of a recording that needs them no more: one LIST and one DELETE per 1,000. */
    tidy: (name: string): Promise<void> => deleteSegments(storage, path, name),

    /**
     * Describes a recording that has ended, and enters it in the index; the same however
     * often, and what people have to say of it stays. One GET, three PUTs, a DELETE where it
     * was, or may have been, entered otherwise.
     */
    async describe(recording: Recording): Promise<void> {
      const { name, size } = recording;
      const manifest = manifestKey(keyOf(name));
      const text = await storage.getText(manifest);
      const before = recordingOfManifest(text);
      const now = recordingSchema.parse({ ...recording, title: before?.title, keep: before?.keep });
      await storage.putJson(manifest, manifestOf(now));
      await index.put(now);
      // A reindex may have come first, and made do with Egress's manifest or with the name.
      const entered = before ?? describeRecording({ name, size, lastModified: new Date(0) }, text);
      await index.removeAllBut(entered, now);
    },

    /**
     * Gives a recording a title, or takes it away; its file keeps its name. Five S3
     * requests, six when it had another.
     * @throws {ReelroomError} RECORDING_NOT_FOUND, also while it is being made
     */
    rename: (name: string, title: string | undefined): Promise<Recording> => change(name, { title }),

    /**
     * Keeps a recording, however old it becomes, or does not any more. Requests as
     * {@link rename}.
     * @throws {ReelroomError} RECORDING_NOT_FOUND, also while it is being made
     */
    setKeep: (name: string, keep: boolean): Promise<Recording> => change(name, { keep: keep || undefined }),

    /**
     * Deletes a recording for good: ten S3 requests, or a few more where it has many
     * thumbnails.
     * @throws {ReelroomError} RECORDING_NOT_FOUND
     */
    async delete(name: string): Promise<void> {
      const error = (await deleteThose([name])).get(name);
      if (error) throw error;
    },

    /**
     * Deletes recordings for good, and tells of each how that went. Five S3 requests for
     * each, and five for all.
     */
    async deleteMany(names: string[]): Promise<DeleteManyOutput> {
      const errors = await deleteThose(names);
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
     * Deletes those of the named recordings that `mayGo`, as their manifests have it at
     * this moment: how many. Requests as {@link deleteMany}.
     */
    async deleteWhere(names: string[], mayGo: (recording: Recording) => boolean): Promise<void> {
      await deleteThose(names, mayGo);
    },
  };
}

export type Library = ReturnType<typeof createLibrary>;
