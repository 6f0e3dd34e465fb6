import {
  manifestSuffix,
  recordingNameSchema,
  type ListInput,
  type Recording,
  type RecordingStatus,
} from '@reelroom/shared';
import pMap from 'p-map';
import { recordingNotFound } from '../../errors.ts';
import type { Storage } from '../../plugins/storage.ts';
import {
  describeFailure,
  describeRecording,
  endOf,
  manifestKey,
  manifestOf,
  type Media,
} from './manifest.ts';
import type { Target } from './state.ts';
import { deleteSegments, deleteThumbnails, listSegments } from './segments.ts';

/** The recordings that are in the bucket. */
export function createLibrary({
  storage,
  bucket,
  path,
  onDeleted,
}: {
  storage: Storage;
  bucket: string;
  /** Key prefix of the recordings' folder. */
  path: string;
  onDeleted: (recording: Recording) => void;
}) {
  const keyOf = (name: string) => path + name;

  /**
   * One recording: two S3 requests.
   * @throws {ReelroomError} RECORDING_NOT_FOUND
   */
  async function get(name: string): Promise<Recording> {
    const key = keyOf(name);
    const [head, manifest] = await Promise.all([storage.head(key), storage.getText(manifestKey(key))]);
    const { contentLength: size = 0, lastModified = new Date(0) } = head;
    const recording =
      head.status === 200
        ? describeRecording({ name, size, lastModified }, manifest)
        : describeFailure(manifest);
    if (!recording) throw recordingNotFound();
    return recording;
  }

  return {
    keyOf,
    get,

    /** Whether a file that is stored there is one of these recordings. */
    isTarget: ({ key = '', bucket: itsBucket = bucket }: Target): boolean =>
      itsBucket === bucket && key.startsWith(path) && !key.slice(path.length).includes('/'),

    /**
     * All recordings, newest first; of one room name, one room id, or both, compared
     * exactly. One LIST per 1,000 keys and one GET per recording.
     */
    async list({ roomName, roomId }: ListInput): Promise<Recording[]> {
      const media = new Map<string, Media>();
      const names = new Set<string>();
      const manifests = new Set<string>();
      for await (const { key, size, lastModified } of storage.list(path)) {
        const file = key.slice(path.length);
        const isManifest = file.endsWith(manifestSuffix);
        const name = isManifest ? file.slice(0, -manifestSuffix.length) : file;
        if (!recordingNameSchema.safeParse(name).success) continue;
        names.add(name);
        if (isManifest) manifests.add(name);
        else media.set(name, { name, size, lastModified });
      }
      const recordings = await pMap(
        names,
        async (name) => {
          const manifest = manifests.has(name) ? await storage.getText(manifestKey(keyOf(name))) : undefined;
          const file = media.get(name);
          return file ? describeRecording(file, manifest) : describeFailure(manifest);
        },
        { concurrency: 32 },
      );
      return recordings
        .filter((recording) => recording !== undefined)
        .filter(
          (recording) =>
            (!roomName || recording.roomName === roomName) && (!roomId || recording.roomId === roomId),
        )
        .sort((a, b) => b.startedAt - a.startedAt);
    },

    /** How a recording ended, where that has been described: one GET. */
    async endOf(name: string): Promise<RecordingStatus | undefined> {
      return endOf(await storage.getText(manifestKey(keyOf(name))));
    },

    /** Whether the bucket holds anything of a recording that can be played, or made so: two requests at most. */
    async holds(name: string): Promise<boolean> {
      const { status } = await storage.head(keyOf(name));
      return status === 200 || (await listSegments(storage, path, name)).length > 0;
    },

    /** Describes a recording that has ended: one PUT, the same however often. */
    describe(recording: Recording): Promise<void> {
      return storage.putJson(manifestKey(keyOf(recording.name)), manifestOf(recording));
    },

    /**
     * Deletes a recording for good. The media goes last: what a
     * crash leaves is a recording that is listed and can be deleted again.
     * @throws {ReelroomError} RECORDING_NOT_FOUND
     */
    async delete(name: string): Promise<void> {
      const recording = await get(name);
      await deleteSegments(storage, path, name);
      await deleteThumbnails(storage, path, name);
      await storage.delete(manifestKey(keyOf(name)));
      await storage.delete(keyOf(name));
      onDeleted(recording);
    },
  };
}

export type Library = ReturnType<typeof createLibrary>;
