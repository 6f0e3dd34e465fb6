import {
  parseRecordingName,
  recordingSchema,
  type ConsentReceipt,
  type Recording,
  type RecordingStatus,
} from '@reelroom/shared';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { describeRecording, endOf, manifestKey, recordingOfManifest } from '../../bucket/manifest.ts';
import type { Index } from '../index/store.ts';
import type { IndexHealing } from './heal-index.ts';
import type { ManifestWrites } from './manifest-writes.ts';
import { isListed } from './trash.ts';

/** Whether the manifest's state `before` outranks `recording`: it has the same file, or a better end. */
function isSettled(before: Recording, recording: Recording, isOfRecorder: boolean): boolean {
  if (recording.status === 'failed') return before.status === 'ready';
  const isOfFile =
    before.status === 'ready' && before.size === recording.size && before.durationMs === recording.durationMs;
  return isOfFile && !(before.endedBy === 'recovered' && isOfRecorder);
}

/** Writes the manifest of an ended recording, then its index entries. */
export function createDescriptions({
  storage,
  index,
  healing,
  writes: { swapManifest, stillExists, removeStale },
  keyOf,
  readWithManifest,
}: {
  storage: Pick<Storage, 'getTextAndEtag'>;
  index: Index;
  healing: Pick<IndexHealing, 'healUntilRight'>;
  writes: ManifestWrites;
  keyOf: (name: string) => string;
  /** Reads a recording from media and manifest. */
  readWithManifest: (
    name: string,
  ) => Promise<{ recording: Recording | undefined; manifest: { text: string } | undefined }>;
}) {
  return {
    /**
     * Writes the manifest and index entries of an ended recording. Idempotent: title, `keep` and the trash are
     * preserved; so is the manifest of an unchanged file, unless it was recovered and `isOfRecorder`; a ready
     * recording never becomes failed. One GET, three PUTs, a HEAD, and a DELETE where it had, or may have
     * had, other entries.
     * @param consent the receipts of those who were asked whether they are in it
     * @returns the recording as stored; undefined where it was deleted, or moved to the trash, meanwhile
     */
    async describe(
      recording: Recording,
      { isOfRecorder = true, consent }: { isOfRecorder?: boolean; consent?: ConsentReceipt[] } = {},
    ): Promise<Recording | undefined> {
      const { name, size } = recording;
      const { seen, now } = await swapManifest(
        name,
        async () => ({ manifest: await storage.getTextAndEtag(manifestKey(keyOf(name))) }),
        ({ manifest }) => {
          const before = recordingOfManifest(manifest?.text);
          if (before && isSettled(before, recording, isOfRecorder)) return undefined;
          // Where the name has no time, the first writer decides when it began.
          const { startedAt, title, keep, trashedAt, deletedAt } = before ?? {
            startedAt: recording.startedAt,
          };
          return recordingSchema.parse({ ...recording, startedAt, title, keep, trashedAt, deletedAt });
        },
        { mayBeLocked: true, ...(consent && { consent }) },
      );
      if (!now) {
        const described = (await readWithManifest(name)).recording;
        if (described) await index.put(described);
        return isListed(described) && (await stillExists(described)) ? described : undefined;
      }
      await index.put(now);
      // A reindex may have come first, with only Egress's manifest or the name.
      const text = seen.manifest?.text;
      const entered =
        recordingOfManifest(text) ?? describeRecording({ name, size, lastModified: new Date(0) }, text);
      await removeStale(entered, now);
      return (await stillExists(now)) && isListed(now) ? now : undefined;
    },

    /**
     * The final status of a finalised recording, whose index entry is the last write; undefined where it is
     * not finalised. Adds the entries of one that has only its manifest. One LIST; without an entry a GET and
     * a HEAD, and some ten requests to add it.
     */
    async ensureListed(name: string): Promise<RecordingStatus | undefined> {
      const said = parseRecordingName(name);
      const listed = said && (await index.at({ name, startedAt: said.startedAt }));
      if (listed && (listed.endedBy ?? listed.failure) !== undefined) return listed.status;
      const { recording, manifest } = await readWithManifest(name);
      if (endOf(manifest?.text) === undefined) return undefined;
      if (!recording) return endOf(manifest?.text);
      await healing.healUntilRight(recording);
      return recording.status;
    },
  };
}
