import type { Config } from './config/environment.ts';
import { createDeletionJournal } from './features/library/deletion.ts';
import { reindex, type ReindexReport } from './features/index/reindex.ts';
import { createIndex } from './features/index/store.ts';
import { createTombstones } from './bucket/tombstones.ts';
import { createStorage } from './adapters/s3/bucket.ts';

/**
 * Makes the index of the library what the bucket holds, while the app runs or not; what
 * `npm run reindex` does.
 * @param onProgress hears of each recording
 * @throws {ReelroomError} STORAGE_UNAVAILABLE; run again it goes on
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
