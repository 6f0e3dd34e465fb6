import { recordingNameSchema } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { ConditionNotMet } from '../adapters/s3/conditions.ts';
import type { Storage } from '../adapters/s3/bucket.ts';
import type { Backup } from '../features/recording/backup.ts';
import { pairFiles, type FilePair } from '../features/index/pair-files.ts';
import { isManifest, manifestKey, recordingOfManifest } from '../bucket/manifest.ts';
import { listSegments } from '../bucket/layout.ts';

/**
 * How long a manifest must be unchanged, in ms: LiveKit keeps an egress for a day, people look for a
 * recording for longer.
 */
const untouchedMs = 7 * 24 * 3_600_000;

/** The most deletions per run. */
const perRound = 100;

/**
 * Deletes orphaned manifests, whose media never arrived or is gone. Missing media alone proves nothing: the
 * manifest must be unchanged for a week and have been orphaned in the previous run as well (a day ago),
 * without segments or a backup of the recording, and not be exempted (`keep`). Manifests of failed recordings
 * have no media, and stay. One LIST per 1,000 files, and a GET for each manifest without media; a HEAD, a
 * LIST and a DELETE for each deleted.
 * @param path key prefix of the recordings' folder
 */
export function createDeleteOrphanedManifests({
  storage,
  backup,
  isLive,
  path,
  log,
}: {
  storage: Pick<Storage, 'list' | 'head' | 'getTextAndEtag' | 'deleteIfMatch' | 'now'>;
  /** Files that recorders could not upload, where configured. */
  backup: Pick<Backup, 'names'> | undefined;
  /** Whether a recording is under way. */
  isLive: (name: string) => boolean;
  path: string;
  log: FastifyBaseLogger;
}): () => Promise<void> {
  /** Manifests without media in the previous run: ETags by name. */
  let suspects = new Map<string, string>();

  const isOld = ({ name, media, manifest }: FilePair): boolean =>
    media === undefined &&
    manifest !== undefined &&
    storage.now().getTime() - manifest.lastModified.getTime() > untouchedMs &&
    recordingNameSchema.safeParse(name).success;

  /** The ETag of an orphaned manifest; undefined where it is none. */
  async function etagOfOrphan(name: string): Promise<string | undefined> {
    const manifest = await storage.getTextAndEtag(manifestKey(path + name));
    const recording = recordingOfManifest(manifest?.text);
    // A newer version's manifest may be unreadable.
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
    if (deleted.length > 0) log.info({ names: deleted }, 'deleted manifests of recordings without media');
  };
}
