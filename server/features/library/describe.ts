import { parseRecordingName, recordingSchema, type Recording, type RecordingStatus } from '@reelroom/shared';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { describeRecording, endOf, manifestKey, recordingOfManifest } from '../../bucket/manifest.ts';
import type { Index } from '../index/store.ts';
import type { IndexHealing } from './heal-index.ts';
import type { ManifestWrites } from './manifest-writes.ts';

/** Whether what is described already, of the same file or of a better end, is not to be described as `recording` is. */
function isSettled(before: Recording, recording: Recording, isOfRecorder: boolean): boolean {
  if (recording.status === 'failed') return before.status === 'ready';
  const isOfFile =
    before.status === 'ready' && before.size === recording.size && before.durationMs === recording.durationMs;
  return isOfFile && !(before.endedBy === 'recovered' && isOfRecorder);
}

/** Writes down how recordings ended: manifest, then index entry. */
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
  /** What media and manifest say of a recording. */
  readWithManifest: (
    name: string,
  ) => Promise<{ recording: Recording | undefined; manifest: { text: string } | undefined }>;
}) {
  return {
    /**
     * Describes a recording that has ended, and enters it in the index; the same however
     * often, and what people have to say of it stays. Of a file that has been described
     * already that stays as well, unless it was made whole and `isOfRecorder`, which knows better; what is
     * ready does not fail any more. One GET, three PUTs, a HEAD, a DELETE where it
     * was, or may have been, entered otherwise.
     * @returns the recording as it is described now; nothing where it was deleted meanwhile
     */
    async describe(
      recording: Recording,
      { isOfRecorder = true }: { isOfRecorder?: boolean } = {},
    ): Promise<Recording | undefined> {
      const { name, size } = recording;
      const { seen, now } = await swapManifest(
        name,
        async () => ({ manifest: await storage.getTextAndEtag(manifestKey(keyOf(name))) }),
        ({ manifest }) => {
          const before = recordingOfManifest(manifest?.text);
          if (before && isSettled(before, recording, isOfRecorder)) return undefined;
          // Where the name tells no time the first to enter it has said when it began.
          const { startedAt, title, keep } = before ?? { startedAt: recording.startedAt };
          return recordingSchema.parse({ ...recording, startedAt, title, keep });
        },
        { mayBeLocked: true },
      );
      if (!now) {
        const described = (await readWithManifest(name)).recording;
        if (described) await index.put(described);
        return described && (await stillExists(described)) ? described : undefined;
      }
      await index.put(now);
      // A reindex may have come first, and made do with Egress's manifest or with the name.
      const text = seen.manifest?.text;
      const entered =
        recordingOfManifest(text) ?? describeRecording({ name, size, lastModified: new Date(0) }, text);
      await removeStale(entered, now);
      return (await stillExists(now)) ? now : undefined;
    },

    /**
     * How a recording ended that has been seen through: described, and entered in the index, the last
     * of what is written. One that was only described is entered now. One LIST; where
     * it is not listed a GET and a HEAD, and some ten requests to enter it.
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
