import {
  parseRecordingName,
  recordingSchema,
  type DeleteManyOutput,
  type Recording,
  type RecordingStatus,
} from '@reelroom/shared';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { LRUCache } from 'lru-cache';
import pMap from 'p-map';
import { monotonicTime } from '../../lib/clock.ts';
import {
  isLocked,
  recordingNotFound,
  storageUnavailable,
  toReelroomError,
  type ReelroomError,
} from '../../lib/errors.ts';
import { ConditionNotMet, ifStill } from '../../adapters/s3/conditions.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import type { Erase, OnGone } from './deletion.ts';
import type { Index } from '../index/store.ts';
import {
  describeFailure,
  describeRecording,
  endOf,
  manifestKey,
  manifestOf,
  recordingOfManifest,
} from '../../bucket/manifest.ts';
import { deleteSegments, listSegments } from '../../bucket/layout.ts';
import type { Target } from '../../adapters/livekit/egress-info.ts';
import type { Tombstones } from '../../bucket/tombstones.ts';

/** How many recordings are looked at at once, where many are. */
const atOnce = 16;

/** How often, in ms, all of the index may be gone through for a name that tells no time. */
const walkEveryMs = 10_000;

/** How many names that are not there are looked for in the index at once, and for how long, in ms, one is not again. */
const maxHealing = 4;
const notAgainFor = 60_000;
const notAgainNames = 10_000;

/** How often a manifest is written that others write at the same time, and the longest pause before each, in ms. */
const maxSwaps = 20;
const longestPauseMs = 100;

/** After how long, in ms, segments are deleted again that S3 would not delete: doubled each time. */
const firstTidyMs = 60_000;
const longestTidyMs = 6 * 60 * 60_000;

/** Whether what is described already, of the same file or of a better end, is not to be described as `recording` is. */
function saysEnough(before: Recording, recording: Recording, isOfRecorder: boolean): boolean {
  if (recording.status === 'failed') return before.status === 'ready';
  const isOfFile =
    before.status === 'ready' && before.size === recording.size && before.durationMs === recording.durationMs;
  return isOfFile && !(before.endedBy === 'recovered' && isOfRecorder);
}

/** The recordings that are in the bucket, one by one. */
export function createLibrary({
  storage,
  index,
  erase,
  tombstones,
  bucket,
  path,
  onChange,
  onGone,
  log,
}: {
  storage: Storage;
  index: Index;
  erase: Erase;
  tombstones: Pick<Tombstones, 'has'>;
  bucket: string;
  /** Key prefix of the recordings' folder. */
  path: string;
  onChange: (change: 'changed', recording: Recording) => void;
  onGone: OnGone;
  log: FastifyBaseLogger;
}) {
  const keyOf = (name: string) => path + name;
  const healing = new Set<string>();
  /** When segments that S3 would not delete are due again, by the monotonic clock, by name. */
  const untidy = new Map<string, { dueAt: number; pauseMs: number }>();

  /** What media and manifest say, and their ETags: two S3 requests. */
  async function lookAtFile(name: string) {
    const key = keyOf(name);
    const [head, manifest] = await Promise.all([storage.head(key), storage.getTextAndEtag(manifestKey(key))]);
    const { contentLength: size = 0, lastModified = new Date(0), etag } = head;
    const recording =
      head.status === 200
        ? describeRecording({ name, size, lastModified }, manifest?.text)
        : describeFailure(manifest?.text);
    return { recording, etag, manifest };
  }

  const look = async (name: string) => (await lookAtFile(name)).recording;

  /** Makes the entries at one place those that media and manifest ask for. */
  async function healOnce(entered: Recording): Promise<Recording | undefined> {
    const truth = await look(entered.name);
    const right = new Set(truth && index.keysOf(truth));
    const there = (await index.keysAt([entered])).get(entered.name) ?? [];
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

  const lookedFor = new LRUCache<string, true>({ max: notAgainNames, ttl: notAgainFor });

  /** Somebody asked for a recording that is not there: neither may its entries be. Anybody can make up names. */
  function healMissing(name: string): void {
    if (healing.size >= maxHealing || lookedFor.has(name)) return;
    if (!parseRecordingName(name)) {
      if (monotonicTime() - walkedAt < walkEveryMs) return;
      walkedAt = monotonicTime();
    }
    lookedFor.set(name, true);
    heal(name, () => index.find(name));
  }

  async function get(name: string): Promise<Recording> {
    const recording = await look(name);
    if (recording) return recording;
    healMissing(name);
    throw recordingNotFound();
  }

  /**
   * Writes a recording's manifest by compare and swap: `next` says what it is to be, given what is
   * there, and is asked again when that has changed meanwhile. Where S3 has locked the one that is there it `mayStay`
   * as it is. Two requests, or three, for each try.
   */
  async function swapManifest<
    Seen extends { manifest: { text: string; etag: string | undefined } | undefined },
  >(
    name: string,
    see: () => Promise<Seen>,
    next: (seen: Seen) => Recording | undefined,
    { mayStay = false } = {},
  ): Promise<{ seen: Seen; now: Recording | undefined }> {
    for (let swaps = 1; ; swaps += 1) {
      const seen = await see();
      const now = next(seen);
      if (!now) return { seen, now };
      const { text, etag } = seen.manifest ?? {};
      try {
        await storage.putJson(manifestKey(keyOf(name)), manifestOf(now, text), ifStill(etag));
        return { seen, now };
      } catch (error) {
        if (mayStay && isLocked(error)) {
          log.warn(
            { err: error, name },
            'a manifest is locked: what is known of the recording is in the index',
          );
          return { seen, now };
        }
        if (!(error instanceof ConditionNotMet)) throw error;
        if (swaps === maxSwaps) throw storageUnavailable(error);
        await sleep(Math.random() * longestPauseMs);
      }
    }
  }

  /**
   * Whether a recording is there that was written of just now, and not what somebody deleted
   * meanwhile: that is taken back. Its media goes before its entries are looked for the last
   * time, so that one of the two finds what the other has left. One request, or two.
   */
  async function isThereStill(now: Recording): Promise<boolean> {
    const isThere =
      now.status === 'ready'
        ? (await storage.head(keyOf(now.name))).status === 200
        : !(await tombstones.has(now.name)) && (await look(now.name)) !== undefined;
    if (!isThere) await storage.deleteMany([...index.keysOf(now), manifestKey(keyOf(now.name))]);
    return isThere;
  }

  /** Takes out what was entered before; where S3 may not delete, lists show the later of two entries. */
  async function removeStale(before: Recording, now: Recording): Promise<void> {
    try {
      await index.removeAllBut(before, now);
    } catch (error) {
      if (toReelroomError(error).code !== 'STORAGE_REFUSED' && !isLocked(error)) throw error;
      log.warn({ err: error, name: now.name }, 'an entry of the index that is wrong stays');
    }
  }

  /**
   * Changes what people have to say of a recording, whatever others say of it at the same time.
   * The manifest first: it says what is right.
   */
  async function change(
    name: string,
    wanted: Pick<Recording, 'title'> | Pick<Recording, 'keep'>,
  ): Promise<Recording> {
    const { seen, now } = await swapManifest(
      name,
      () => lookAtFile(name),
      ({ recording }) => recording && recordingSchema.parse({ ...recording, ...wanted }),
    );
    if (now && seen.recording) {
      await index.put(now);
      await removeStale(seen.recording, now);
      if (await isThereStill(now)) {
        onChange('changed', now);
        return now;
      }
    }
    healMissing(name);
    throw recordingNotFound();
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
    const left = await erase.all(found, onGone);
    const errors = new Map<string, ReelroomError>();
    for (const { name, error } of looked) if (error) errors.set(name, error);
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
      const { recording, etag } = await lookAtFile(name);
      if (recording) return { recording, etag };
      healMissing(name);
      throw recordingNotFound(name);
    },

    healMissing,

    /** Two entries of one recording were seen: one is wrong. */
    healDoubled: (entered: Recording): void => heal(entered.name, () => Promise.resolve(entered)),

    /** Whether a file that is stored there is one of these recordings. */
    isTarget: ({ key = '', bucket: itsBucket = bucket }: Target): boolean =>
      itsBucket === bucket && key.startsWith(path) && !key.slice(path.length).includes('/'),

    /** A recording that has ended, as it was described: one GET. */
    async described(name: string): Promise<Recording | undefined> {
      return recordingOfManifest(await storage.getText(manifestKey(keyOf(name))));
    },

    /** How a recording ended, where that has been described: one GET. */
    async endOf(name: string): Promise<RecordingStatus | undefined> {
      return endOf(await storage.getText(manifestKey(keyOf(name))));
    },

    /**
     * When a recording began, in ms since 1970, whose name tells no time: the date of its first
     * segment, or of its file, which may be written anew while there are segments. In whole seconds, so that it
     * is the same in all processes; nothing where neither is there. Two requests.
     */
    async startOf(name: string): Promise<number | undefined> {
      const [first = keyOf(name)] = await listSegments(storage, path, name);
      const { lastModified } = await storage.head(first);
      return lastModified && Math.floor(lastModified.getTime() / 1_000) * 1_000;
    },

    /** Whether the bucket holds anything of a recording that can be played, or made so: two requests at most. */
    async holds(name: string): Promise<boolean> {
      const { status } = await storage.head(keyOf(name));
      return status === 200 || (await listSegments(storage, path, name)).length > 0;
    },

    /**
     * Deletes the segments of a recording that needs them no more: one LIST and one DELETE per
     * 1,000; and of its file what a bucket with versions keeps of it as it was before. Where S3 refuses that, the log says so, and it is tried again no sooner than after a
     * pause that grows; never throws.
     */
    async tidy(name: string): Promise<void> {
      const { dueAt = 0, pauseMs = firstTidyMs } = untidy.get(name) ?? {};
      if (monotonicTime() < dueAt) return;
      try {
        await deleteSegments(storage, path, name);
        await storage.deleteReplaced(keyOf(name));
        untidy.delete(name);
      } catch (error) {
        untidy.set(name, {
          dueAt: monotonicTime() + pauseMs,
          pauseMs: Math.min(2 * pauseMs, longestTidyMs),
        });
        log.warn({ err: error, name }, `segments that are not needed any more stay; again in ${pauseMs} ms`);
      }
    },

    /**
     * Describes a recording that has ended, and enters it in the index; the same however
     * often, and what people have to say of it stays. Of a file that has been described
     * already that stays as well, unless it was made whole and `isOfRecorder`, which knows better; what is
     * ready does not fail any more. One GET, three PUTs, a HEAD, a DELETE where it
     * was, or may have been, entered otherwise.
     * @returns the recording as it is described now; nothing where it was deleted meanwhile
     */
    async describe(
      recording: Recording,
      { isOfRecorder = true }: { isOfRecorder?: boolean } = {},
    ): Promise<Recording | undefined> {
      const { name, size } = recording;
      const { seen, now } = await swapManifest(
        name,
        async () => ({ manifest: await storage.getTextAndEtag(manifestKey(keyOf(name))) }),
        ({ manifest }) => {
          const before = recordingOfManifest(manifest?.text);
          if (before && saysEnough(before, recording, isOfRecorder)) return undefined;
          // Where the name tells no time the first to enter it has said when it began.
          const { startedAt, title, keep } = before ?? { startedAt: recording.startedAt };
          return recordingSchema.parse({ ...recording, startedAt, title, keep });
        },
        { mayStay: true },
      );
      if (!now) {
        const described = await look(name);
        if (described) await index.put(described);
        return described && (await isThereStill(described)) ? described : undefined;
      }
      await index.put(now);
      // A reindex may have come first, and made do with Egress's manifest or with the name.
      const text = seen.manifest?.text;
      const entered =
        recordingOfManifest(text) ?? describeRecording({ name, size, lastModified: new Date(0) }, text);
      await removeStale(entered, now);
      return (await isThereStill(now)) ? now : undefined;
    },

    /**
     * How a recording ended that has been seen through: described, and entered in the index, the last
     * of what is written. One that was only described is entered now. One LIST; where
     * it is not listed a GET and a HEAD, and some ten requests to enter it.
     */
    async ensureListed(name: string): Promise<RecordingStatus | undefined> {
      const said = parseRecordingName(name);
      const listed = said && (await index.at({ name, startedAt: said.startedAt }));
      if (listed && (listed.endedBy ?? listed.failure) !== undefined) return listed.status;
      const { recording, manifest } = await lookAtFile(name);
      if (endOf(manifest?.text) === undefined) return undefined;
      if (!recording) return endOf(manifest?.text);
      await healUntilRight(recording);
      return recording.status;
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
