import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { ConditionNotMet, ifUnchanged } from '../../adapters/s3/conditions.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import type { Backup } from './backup.ts';
import { moveTablesFirst } from '../media/faststart.ts';
import { inspectObject, type Inspection, type MediaInfo } from '../media/inspect.ts';
import type { Library } from '../library/recordings.ts';
import { manifestKey } from '../../bucket/manifest.ts';
import { rebuildFromSegments, SegmentGone } from '../media/rebuild.ts';
import { listSegments, workingFiles } from '../../bucket/layout.ts';
import type { RecordingState } from '../../adapters/livekit/egress-info.ts';
import { failed } from './status-machine.ts';
import type { Tombstones } from '../../bucket/tombstones.ts';

/**
 * Sees a recording through whose recorder has ended; the state that it ends in, or nothing where it
 * was deleted. Rejects soon when `signal` is aborted, and loses nothing: whoever is next finishes.
 */
export type Finish = (recording: RecordingState, signal: AbortSignal) => Promise<RecordingState | undefined>;

/** How often a recording is looked at again whose file somebody else writes meanwhile, and the longest pause before, in ms. */
const maxLooks = 10;
const longestPauseMs = 500;

/** Whether somebody else, another process or the recorder, has written or deleted what was seen. */
const isOvertaken = (error: unknown): boolean =>
  error instanceof ConditionNotMet || error instanceof SegmentGone;

/**
 * Makes sure of a recording's file: looks into it, makes it whole from its segments
 * where it is missing or cut, moves its tables to its beginning, describes it, and takes
 * away what is not needed any more.
 *
 * The same however often it is done, also by two at once: the file is replaced only where it is
 * still what was seen, otherwise all is looked at anew, so that the first whole file stays. Throws
 * when S3 is away.
 */
export function createFinish({
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
  /** What recorders could not upload, where that can be had. */
  backup: Backup | undefined;
  path: string;
  log: FastifyBaseLogger;
}): Finish {
  /** The recording's file, with its tables first if that can be done: it is good without. */
  async function withTablesFirst(name: string, media: MediaInfo, signal: AbortSignal): Promise<MediaInfo> {
    const scratch = workingFiles(path, name).tablesFirst;
    try {
      return await moveTablesFirst({ storage, key: library.keyOf(name), scratch, media, signal });
    } catch (error) {
      if (isOvertaken(error) || signal.aborted) throw error;
      log.warn({ err: error, name }, 'the tables of a recording stay at its end');
      return media;
    }
  }

  const look = (name: string): Promise<Inspection | undefined> => inspectObject(storage, library.keyOf(name));

  /** The recording with its file, if it has one that can be played. */
  async function withFile(
    recording: RecordingState,
    found: Inspection | undefined,
    signal: AbortSignal,
  ): Promise<RecordingState | undefined> {
    if (!found?.media) return undefined;
    const { hasAudio: _hasAudio, ...described } = await withTablesFirst(recording.name, found.media, signal);
    const { failure: _failure, error: _error, ...rest } = recording;
    return { ...rest, ...described, status: 'ready', endedBy: recording.endedBy ?? 'recovered' };
  }

  /** The recording with the file that its recorder could not upload. */
  async function backedUp(
    recording: RecordingState,
    found: Inspection | undefined,
    signal: AbortSignal,
  ): Promise<RecordingState | undefined> {
    if (!backup) return undefined;
    await backup.take(library.keyOf(recording.name), ifUnchanged(found?.etag));
    return withFile(recording, await look(recording.name), signal);
  }

  async function rebuilt(
    recording: RecordingState,
    found: Inspection | undefined,
    signal: AbortSignal,
  ): Promise<RecordingState | undefined> {
    await backup?.take(workingFiles(path, recording.name).segmentsFolder);
    const segments = await listSegments(storage, path, recording.name);
    if (segments.length === 0) return undefined;
    log.warn({ recording, segments: segments.length }, 'a recording is made whole from its segments');
    const target = library.keyOf(recording.name);
    await rebuildFromSegments({ storage, segments, target, condition: ifUnchanged(found?.etag), signal });
    const whole = await withFile({ ...recording, endedBy: 'recovered' }, await look(recording.name), signal);
    const { recordingSince, endedAt } = recording;
    if (!whole?.durationMs || recordingSince === undefined || endedAt === undefined) return whole;
    return { ...whole, lostMs: Math.max(0, endedAt - recordingSince - whole.durationMs) };
  }

  /**
   * Whether a recording of which there is nothing has been deleted: we have done it, or its recorder
   * says that it has stored the file. What a recorder could not upload it has not stored.
   */
  async function isDeleted(recording: RecordingState, found: Inspection | undefined): Promise<boolean> {
    if (found) return false;
    if (await tombstones.has(recording.name)) return true;
    if (recording.status !== 'ready' || recording.isLeftBehind) return false;
    if ((await listSegments(storage, path, recording.name)).length > 0) return false;
    log.warn(
      { recording },
      'a recorder has stored a recording that is not in the bucket: it is taken for deleted',
    );
    return true;
  }

  async function finishOnce(
    recording: RecordingState,
    signal: AbortSignal,
  ): Promise<RecordingState | undefined> {
    signal.throwIfAborted();
    const { name } = recording;
    const key = library.keyOf(name);
    const { segmentsFolder, thumbsFolder } = workingFiles(path, name);
    const found = await look(name);
    const stored = (await withFile(recording, found, signal)) ?? (await backedUp(recording, found, signal));
    const whole = stored ?? (await rebuilt(recording, found, signal));
    if (!whole && (await isDeleted(recording, found))) return undefined;
    const end = whole ?? (recording.status === 'failed' ? recording : failed(recording, 'RECORDER_FAILED'));
    const described = await library.describe(end, { isOfRecorder: recording.status === 'ready' });
    // A recorder that was killed right behind its upload has left a link to the same file.
    if (stored) await backup?.drop(key);
    // What could not be made whole stays: somebody may know how.
    if (whole) {
      await library.tidy(name);
      for (const left of [manifestKey(key), segmentsFolder, thumbsFolder]) await backup?.drop(left);
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
    await backup?.take(workingFiles(path, recording.name).thumbsFolder);
    for (let looks = 1; ; looks += 1) {
      try {
        return await finishOnce(recording, signal);
      } catch (error) {
        if (!isOvertaken(error) || looks === maxLooks) throw error;
        log.info(
          { err: error, name: recording.name },
          'somebody else sees a recording through: looking again',
        );
        await sleep(Math.random() * longestPauseMs, undefined, { signal });
      }
    }
  };
}
