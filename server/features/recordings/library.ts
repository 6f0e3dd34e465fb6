import {
  manifestSuffix,
  mediaSuffix,
  recordingNameSchema,
  type ListInput,
  type Recording,
} from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import pMap from 'p-map';
import { recordingNotFound } from '../../errors.ts';
import type { Livekit } from '../../plugins/livekit.ts';
import type { Storage } from '../../plugins/storage.ts';
import { describeRecording, manifestKey, manifestOf, type Media } from './manifest.ts';

/** The recordings that are in the bucket. */
export function createLibrary({
  storage,
  livekit,
  path,
  log,
}: {
  storage: Storage;
  livekit: Livekit;
  /** Key prefix of the recordings' folder. */
  path: string;
  log: FastifyBaseLogger;
}) {
  const keyOf = (name: string) => path + name;

  /**
   * One recording: two S3 requests.
   * @throws {ReelroomError} RECORDING_NOT_FOUND
   */
  async function get(name: string): Promise<Recording> {
    const key = keyOf(name);
    const [head, manifest] = await Promise.all([storage.head(key), storage.getText(manifestKey(key))]);
    if (head.status !== 200) throw recordingNotFound();
    const { contentLength: size = 0, lastModified = new Date(0) } = head;
    return describeRecording({ name, size, lastModified }, manifest);
  }

  return {
    keyOf,
    get,

    /**
     * All recordings, newest first; of one room name, one room id, or both, compared
     * exactly. One LIST per 1,000 keys and one GET per recording.
     */
    async list({ roomName, roomId }: ListInput): Promise<Recording[]> {
      const media: Media[] = [];
      const manifests = new Set<string>();
      for await (const { key, size, lastModified } of storage.list(path)) {
        const name = key.slice(path.length);
        if (name.endsWith(mediaSuffix) && recordingNameSchema.safeParse(name).success)
          media.push({ name, size, lastModified });
        else if (name.endsWith(manifestSuffix)) manifests.add(name);
      }
      const recordings = await pMap(
        media,
        async (file) => {
          const manifest = manifestKey(file.name);
          return describeRecording(
            file,
            manifests.has(manifest) ? await storage.getText(path + manifest) : undefined,
          );
        },
        { concurrency: 32 },
      );
      return recordings
        .filter(
          (recording) =>
            (!roomName || recording.roomName === roomName) && (!roomId || recording.roomId === roomId),
        )
        .sort((a, b) => b.startedAt - a.startedAt);
    },

    /** Describes a recording whose media is in the bucket: one PUT, the same however often. */
    describe(recording: Recording): Promise<void> {
      return storage.putJson(manifestKey(keyOf(recording.name)), manifestOf(recording));
    },

    /**
     * Deletes a recording for good and tells its room. The media goes last: what a
     * crash leaves is a recording that is listed and can be deleted again.
     * @throws {ReelroomError} RECORDING_NOT_FOUND
     */
    async delete(name: string): Promise<void> {
      const { roomName } = await get(name);
      await storage.delete(manifestKey(keyOf(name)));
      await storage.delete(keyOf(name));
      await livekit.sendRoomEvent(roomName, { type: 'recording-deleted', name }).catch((error: unknown) => {
        log.warn({ err: error, roomName, name }, 'the room was not told of a deletion');
      });
    },
  };
}

export type Library = ReturnType<typeof createLibrary>;
