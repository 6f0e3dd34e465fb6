import { recordingNameSchema } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { ConditionNotMet } from '../adapters/s3/conditions.ts';
import type { Storage } from '../adapters/s3/bucket.ts';
import type { Backup } from '../features/recording/backup.ts';
import { pairFiles, type FilePair } from '../features/index/pair-files.ts';
import { isManifest, manifestKey, recordingOfManifest } from '../bucket/manifest.ts';
import { listSegments } from '../bucket/layout.ts';

/** How long a manifest has to be as it is, in ms: LiveKit remembers a recording for a day, people look for one for longer. */
const untouchedMs = 7 * 24 * 3_600_000;

/** How many go in a round at most. */
const perRound = 100;

/**
 * Deletes manifests of recordings whose media never came, or went without them. That the media is not
 * there proves nothing: the manifest has been as it is for a week, and was alone in the round before as well (a day ago),
 * there is nothing of the recording in its segments, nor with its recorder, and nobody keeps it. One that says that its recording
 * has failed has no media, and stays. A LIST for each 1,000 files, and a GET for each manifest that is alone; a HEAD, a LIST and a DELETE for those that go.
 * @param path key prefix of the recordings' folder
 */
export function createOrphanedManifests({
  storage,
  backup,
  isLive,
  path,
  log,
}: {
  storage: Pick<Storage, 'list' | 'head' | 'getTextAndEtag' | 'deleteIfMatch' | 'now'>;
  /** What recorders could not upload, where that can be had. */
  backup: Pick<Backup, 'names'> | undefined;
  /** Whether a recording is under way. */
  isLive: (name: string) => boolean;
  path: string;
  log: FastifyBaseLogger;
}): () => Promise<void> {
  /** Those that were alone in the round before, with their ETags, by name. */
  let suspects = new Map<string, string>();

  const isOld = ({ name, media, manifest }: FilePair): boolean =>
    media === undefined &&
    manifest !== undefined &&
    storage.now().getTime() - manifest.lastModified.getTime() > untouchedMs &&
    recordingNameSchema.safeParse(name).success;

  /** The ETag of a manifest that has nothing beside it. */
  async function etagOfOrphan(name: string): Promise<string | undefined> {
    const manifest = await storage.getTextAndEtag(manifestKey(path + name));
    const recording = recordingOfManifest(manifest?.text);
    // What a newer version wrote may not be readable.
    if (!isManifest(manifest?.text) || recording?.status === 'failed' || recording?.keep) return undefined;
    if ((await storage.head(path + name)).status !== 404) return undefined;
    return (await listSegments(storage, path, name)).length === 0 ? manifest?.etag : undefined;
  }

  return async () => {
    const inBackup = new Set(await backup?.names());
    const before = suspects;
    suspects = new Map();
    const deleted: string[] = [];
    for await (const pair of pairFiles(storage.list(path), path)) {
      if (!('name' in pair) || !isOld(pair) || isLive(pair.name) || inBackup.has(pair.name)) continue;
      const { name } = pair;
      const etag = await etagOfOrphan(name);
      if (etag === undefined) continue;
      suspects.set(name, etag);
      if (before.get(name) !== etag || deleted.length === perRound) continue;
      try {
        await storage.deleteIfMatch(manifestKey(path + name), etag);
        deleted.push(name);
      } catch (error) {
        if (!(error instanceof ConditionNotMet)) throw error;
      }
    }
    if (deleted.length > 0)
      log.info({ names: deleted }, 'manifests of recordings that have no media are deleted');
  };
}
