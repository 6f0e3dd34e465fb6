import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { ConditionNotMet, ifUnchanged } from '../../adapters/s3/conditions.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import type { Backup } from './backup.ts';
import { makeFaststart } from '../media/faststart.ts';
import { inspectObject, type Inspection, type MediaInfo } from '../media/inspect.ts';
import type { Library } from '../library/recordings.ts';
import { readReceipts } from '../../bucket/consent.ts';
import { manifestKey } from '../../bucket/manifest.ts';
import { rebuildFromSegments, SegmentGone } from '../media/rebuild.ts';
import { listSegments, workingFiles } from '../../bucket/layout.ts';
import type { RecordingState } from '../../adapters/livekit/egress-info.ts';
import { failed } from './status-machine.ts';
import type { Tombstones } from '../../bucket/tombstones.ts';

/**
 * Finalises a recording whose recorder has ended: verifies or rebuilds the MP4, writes manifest and index
 * entry; returns the final state, undefined where the recording was deleted. Rejects soon after `signal` is
 * aborted, and loses nothing: the next process continues.
 */
export type Finalise = (
  recording: RecordingState,
  signal: AbortSignal,
) => Promise<RecordingState | undefined>;

/**
 * How often a recording is tried whose file is written concurrently, and the longest pause before each
 * attempt, in ms.
 */
const maxAttempts = 10;
const longestPauseMs = 500;

/** Whether another process, or the recorder, wrote or deleted the file concurrently. */
const isConcurrentWrite = (error: unknown): boolean =>
  error instanceof ConditionNotMet || error instanceof SegmentGone;

/**
 * Creates the finaliser: it inspects the MP4, rebuilds it from segments where it is missing or cut, makes it
 * faststart, writes manifest and index entry, and deletes the segments.
 *
 * Idempotent, also when two run at once: the file is replaced only if unchanged (If-Match), otherwise
 * inspected again, so that the first complete file stays. Throws when S3 is unavailable.
 */
export function createFinaliser({
  storage,
  library,
  tombstones,
  backup,
  path,
  log,
}: {
  storage: Storage;
  library: Library;
  tombstones: Pick<Tombstones, 'has'>;
  /** Files that recorders could not upload, where configured. */
  backup: Backup | undefined;
  path: string;
  log: FastifyBaseLogger;
}): Finalise {
  /** Makes the recording's file faststart where possible; it plays without, too. */
  async function withFaststart(name: string, media: MediaInfo, signal: AbortSignal): Promise<MediaInfo> {
    const scratch = workingFiles(path, name).moovFirst;
    try {
      return await makeFaststart({ storage, key: library.keyOf(name), scratch, media, signal });
    } catch (error) {
      if (isConcurrentWrite(error) || signal.aborted) throw error;
      log.warn({ err: error, name }, 'a recording could not be made faststart');
      return media;
    }
  }

  const inspect = (name: string): Promise<Inspection | undefined> =>
    inspectObject(storage, library.keyOf(name));

  /**
   * The ready recording; undefined where its file is missing or cannot be played. A rebuilt file counts as
   * recovered, whichever process rebuilt it and however the recording was to end.
   */
  async function withFile(
    recording: RecordingState,
    found: Inspection | undefined,
    signal: AbortSignal,
  ): Promise<RecordingState | undefined> {
    if (!found?.media) return undefined;
    const {
      hasAudio: _hasAudio,
      isRebuilt,
      ...described
    } = await withFaststart(recording.name, found.media, signal);
    const { failure: _failure, error: _error, ...rest } = recording;
    const { recordingSince, endedAt, endedBy = 'recovered' } = recording;
    const ready = { ...rest, ...described, status: 'ready' } as const;
    if (!isRebuilt) return { ...ready, endedBy };
    const lostMs =
      recordingSince !== undefined && endedAt !== undefined
        ? Math.max(0, endedAt - recordingSince - described.durationMs)
        : undefined;
    return { ...ready, endedBy: 'recovered', ...(lostMs !== undefined && { lostMs }) };
  }

  /** The ready recording, from its backup file. */
  async function fromBackup(
    recording: RecordingState,
    found: Inspection | undefined,
    signal: AbortSignal,
  ): Promise<RecordingState | undefined> {
    if (!backup) return undefined;
    await backup.moveToBucket(library.keyOf(recording.name), ifUnchanged(found?.etag));
    return withFile(recording, await inspect(recording.name), signal);
  }

  async function fromSegments(
    recording: RecordingState,
    found: Inspection | undefined,
    signal: AbortSignal,
  ): Promise<RecordingState | undefined> {
    await backup?.moveToBucket(workingFiles(path, recording.name).segmentsFolder);
    const segments = await listSegments(storage, path, recording.name);
    if (segments.length === 0) return undefined;
    log.warn({ recording, segments: segments.length }, 'rebuilding a recording from its segments');
    const target = library.keyOf(recording.name);
    await rebuildFromSegments({ storage, segments, target, condition: ifUnchanged(found?.etag), signal });
    return withFile(recording, await inspect(recording.name), signal);
  }

  /**
   * Whether a recording without any file was deleted: there is a tombstone, or its recorder reports a
   * completed upload.
   */
  async function isDeleted(recording: RecordingState, found: Inspection | undefined): Promise<boolean> {
    if (found) return false;
    if (await tombstones.has(recording.name)) return true;
    if (recording.status !== 'ready' || recording.isLeftBehind) return false;
    if ((await listSegments(storage, path, recording.name)).length > 0) return false;
    log.warn(
      { recording },
      'a recording that its recorder uploaded is not in the bucket: it counts as deleted',
    );
    return true;
  }

  async function finaliseOnce(
    recording: RecordingState,
    signal: AbortSignal,
  ): Promise<RecordingState | undefined> {
    signal.throwIfAborted();
    const { name } = recording;
    const key = library.keyOf(name);
    const { segmentsFolder, thumbsFolder } = workingFiles(path, name);
    const found = await inspect(name);
    const stored = (await withFile(recording, found, signal)) ?? (await fromBackup(recording, found, signal));
    const whole = stored ?? (await fromSegments(recording, found, signal));
    if (!whole && (await isDeleted(recording, found))) return undefined;
    const end = whole ?? (recording.status === 'failed' ? recording : failed(recording, 'RECORDER_FAILED'));
    const described = await library.describe(end, {
      isOfRecorder: recording.status === 'ready',
      consent: await readReceipts(storage, path, name),
    });
    // A recorder killed right after its upload leaves a backup of the same file.
    if (stored) await backup?.delete(key);
    // Without a playable file the remains are kept: they may be repaired by hand.
    if (whole) {
      await library.tidy(name);
      for (const left of [manifestKey(key), segmentsFolder, thumbsFolder]) await backup?.delete(left);
    }
    const { recordingSince, endedAt } = recording;
    return (
      described && {
        ...described,
        ...(recordingSince !== undefined && { recordingSince }),
        ...(endedAt !== undefined && { endedAt }),
      }
    );
  }

  return async (recording, signal) => {
    signal.throwIfAborted();
    await backup?.moveToBucket(workingFiles(path, recording.name).thumbsFolder);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await finaliseOnce(recording, signal);
      } catch (error) {
        if (!isConcurrentWrite(error) || attempt === maxAttempts) throw error;
        log.info(
          { err: error, name: recording.name },
          'a recording was written concurrently: finalising it again',
        );
        await sleep(Math.random() * longestPauseMs, undefined, { signal });
      }
    }
  };
}
