import type { Storage } from '../../../plugins/storage/storage.ts';
import { readSegment } from './fragment.ts';
import { createMp4Upload } from './mp4-upload.ts';

/** A segment that is not in the rebuilt file. */
export interface SkippedSegment {
  key: string;
  reason: 'missing' | 'empty' | 'unreadable';
}

/** What a recording was rebuilt into. */
export interface Rebuilt {
  /** Length of the media, gaps included. */
  durationMs: number;
  /** How much of that is gaps between segments, where others are lost. */
  gapMs: number;
  /** Bytes. */
  size: number;
  skipped: SkippedSegment[];
}

/**
 * Rebuilds a recording from its segments (keys, in order) into the MP4 at `target`,
 * with nothing encoded anew. A segment that is missing, empty or unreadable is left out
 * and told, one that was cut taken as far as it goes; all others keep their time.
 *
 * One segment and two parts of the upload are in memory, and the tables that the file
 * ends with: 4 MB for an hour. The same segments make the same bytes, so that two
 * processes may do it at once; the file is there as a whole, or not at all. One GET per
 * segment, one PUT per 8 MiB, and two requests.
 *
 * @returns nothing, and makes no file, where no segment can be read
 * @throws {ReelroomError} STORAGE_UNAVAILABLE, leaving nothing behind
 */
export async function rebuildFromSegments({
  storage,
  segments,
  target,
}: {
  storage: Storage;
  segments: string[];
  target: string;
}): Promise<Rebuilt | undefined> {
  const mp4 = createMp4Upload(storage, target);
  const skipped: SkippedSegment[] = [];

  async function add(key: string): Promise<SkippedSegment['reason'] | undefined> {
    const bytes = await storage.getBytes(key);
    if (!bytes) return 'missing';
    if (bytes.length === 0) return 'empty';
    const media = await readSegment(bytes);
    return media && (await mp4.add(media)) ? undefined : 'unreadable';
  }

  try {
    for (const key of segments) {
      const reason = await add(key);
      if (reason) skipped.push({ key, reason });
    }
    const made = await mp4.finish();
    return made && { ...made, skipped };
  } catch (error) {
    // The first failure is the one to tell of; S3 is most likely still away.
    await mp4.abort().catch(() => undefined);
    throw error;
  }
}
