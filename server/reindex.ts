import type { Config } from './config/environment.ts';
import { createDeletionJournal } from './features/library/deletion.ts';
import { reindex, type ReindexReport } from './features/index/reindex.ts';
import { createIndex } from './features/index/store.ts';
import { createTombstones } from './bucket/tombstones.ts';
import { createStorage } from './adapters/s3/bucket.ts';

/**
 * Rebuilds the index from the bucket, also while the app runs: `npm run reindex`.
 * @param onProgress called for each recording
 * @throws {ReelroomError} STORAGE_UNAVAILABLE; another run continues
 */
export async function reindexBucket(
  { s3, recordings: { path } }: Config,
  onProgress: (report: ReindexReport) => void = () => undefined,
): Promise<ReindexReport> {
  const storage = createStorage(s3, path);
  try {
    const index = createIndex({ storage, path });
    const deletions = createDeletionJournal({
      storage,
      index,
      tombstones: createTombstones({ storage, path }),
      path,
    });
    return await reindex({ storage, index, deletions, path }, onProgress);
  } finally {
    storage.close();
  }
}
