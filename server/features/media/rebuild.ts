import type { WriteCondition } from '../../adapters/s3/conditions.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { readSegment } from './fragment.ts';
import { createMp4Upload } from './mp4-upload.ts';

/** A segment that is not in the rebuilt file. */
interface SkippedSegment {
  key: string;
  reason: 'empty' | 'unreadable';
}

/** A listed segment is gone: another process has finalised the recording. */
export class SegmentGone extends Error {
  override name = 'SegmentGone';
}

/** What a recording was rebuilt into. */
export interface Rebuilt {
  /** Length of the media, gaps included. */
  durationMs: number;
  /** How much of that is gaps where segments are lost. */
  gapMs: number;
  /** Bytes. */
  size: number;
  skipped: SkippedSegment[];
}

/**
 * Rebuilds a recording from its segments (keys, in order) into the MP4 at `target`, without re-encoding. An
 * empty or unreadable segment is skipped and reported, a cut one used as far as possible; all others keep
 * their time.
 *
 * Holds one segment, two parts of the upload and the `moov` (4 MB for an hour) in memory. The file is written
 * atomically and only if the `condition` holds, so that two processes may do it at once, and neither replaces
 * a recorder's concurrent upload. One GET per segment, one PUT per 8 MiB, and two requests.
 *
 * @returns undefined, without a file, where no segment can be read
 * @throws {ReelroomError} STORAGE_UNAVAILABLE, leaving nothing behind
 * @throws {SegmentGone} leaving nothing behind
 * @throws {ConditionNotMet} leaving nothing behind
 */
export async function rebuildFromSegments({
  storage,
  segments,
  target,
  condition,
  signal,
}: {
  storage: Storage;
  segments: string[];
  target: string;
  /** The precondition on the target. */
  condition: WriteCondition;
  /** Aborts it, leaving nothing behind. */
  signal: AbortSignal;
}): Promise<Rebuilt | undefined> {
  const mp4 = createMp4Upload(storage, target);
  const skipped: SkippedSegment[] = [];

  async function add(key: string): Promise<SkippedSegment['reason'] | undefined> {
    const bytes = await storage.getBytes(key);
    if (!bytes) throw new SegmentGone(key);
    if (bytes.length === 0) return 'empty';
    const media = await readSegment(bytes);
    return media && (await mp4.add(media)) ? undefined : 'unreadable';
  }

  try {
    for (const key of segments) {
      signal.throwIfAborted();
      const reason = await add(key);
      if (reason) skipped.push({ key, reason });
    }
    const made = await mp4.finish(condition);
    return made && { ...made, skipped };
  } catch (error) {
    // The first failure is the one to report.
    await mp4.abort().catch(() => undefined);
    throw error;
  }
}
