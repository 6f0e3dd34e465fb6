import type { FastifyBaseLogger } from 'fastify';
import type { Storage } from '../../plugins/storage/storage.ts';
import type { Backup } from './backup.ts';
import { moveTablesFirst } from './media/faststart.ts';
import { inspectMedia, type MediaInfo } from './media/inspect.ts';
import type { Library } from './library.ts';
import { manifestKey } from './manifest.ts';
import { rebuildFromSegments } from './media/rebuild.ts';
import { listSegments, deleteSegments, workingFiles } from './segments.ts';
import { failed, type RecordingState } from './state.ts';

/**
 * Sees a recording through whose recorder has ended; the state that it ends in. Rejects
 * soon when `signal` is aborted, and loses nothing: whoever is next finishes.
 */
export type Finish = (recording: RecordingState, signal: AbortSignal) => Promise<RecordingState>;

/**
 * Makes sure of a recording's file: looks into it, makes it whole from its segments
 * where it is missing or cut, moves its tables to its beginning, describes it, and takes
 * away what is not needed any more.
 * The same however often it is done, also by two at once. Throws when S3 is away.
 */
export function createFinish({
  storage,
  library,
  backup,
  path,
  log,
}: {
  storage: Storage;
  library: Library;
  /** What recorders could not upload, where that can be had. */
  backup: Backup | undefined;
  path: string;
  log: FastifyBaseLogger;
}): Finish {
  /** The recording's file, with its tables first if that can be done: it is good without. */
  async function withTablesFirst(name: string, media: MediaInfo): Promise<MediaInfo> {
    const scratch = workingFiles(path, name).tablesFirst;
    try {
      return await moveTablesFirst({ storage, key: library.keyOf(name), scratch, media });
    } catch (error) {
      log.warn({ err: error, name }, 'the tables of a recording stay at its end');
      return media;
    }
  }

  /** The recording with its file, if it has one that can be played. */
  async function withFile(recording: RecordingState): Promise<RecordingState | undefined> {
    const media = await inspectMedia(storage, library.keyOf(recording.name));
    if (!media) return undefined;
    const { hasAudio: _hasAudio, ...described } = await withTablesFirst(recording.name, media);
    const { failure: _failure, error: _error, ...rest } = recording;
    return { ...rest, ...described, status: 'ready', endedBy: recording.endedBy ?? 'recovered' };
  }

  async function backedUp(recording: RecordingState): Promise<RecordingState | undefined> {
    if (!backup) return undefined;
    await backup.take(library.keyOf(recording.name));
    return withFile(recording);
  }

  async function rebuilt(recording: RecordingState): Promise<RecordingState | undefined> {
    await backup?.take(workingFiles(path, recording.name).segmentsFolder);
    const segments = await listSegments(storage, path, recording.name);
    if (segments.length === 0) return undefined;
    log.warn({ recording, segments: segments.length }, 'a recording is made whole from its segments');
    await rebuildFromSegments({ storage, segments, target: library.keyOf(recording.name) });
    const whole = await withFile({ ...recording, endedBy: 'recovered' });
    const { recordingSince, endedAt } = recording;
    if (!whole?.durationMs || recordingSince === undefined || endedAt === undefined) return whole;
    return { ...whole, lostMs: Math.max(0, endedAt - recordingSince - whole.durationMs) };
  }

  return async (recording, signal) => {
    signal.throwIfAborted();
    const { segmentsFolder, thumbsFolder } = workingFiles(path, recording.name);
    await backup?.take(thumbsFolder);
    const stored = (await withFile(recording)) ?? (await backedUp(recording));
    const whole = stored ?? (await rebuilt(recording));
    const result =
      whole ?? (recording.status === 'failed' ? recording : failed(recording, 'RECORDER_FAILED'));
    await library.describe(result);
    // A recorder that was killed right behind its upload has left a link to the same file.
    if (stored) await backup?.drop(library.keyOf(recording.name));
    // What could not be made whole stays: somebody may know how.
    if (whole) {
      await deleteSegments(storage, path, recording.name);
      for (const key of [manifestKey(library.keyOf(recording.name)), segmentsFolder, thumbsFolder])
        await backup?.drop(key);
    }
    return result;
  };
}
