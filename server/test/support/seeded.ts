import pMap from 'p-map';
import type { bucketOf } from './build.ts';

type Put = Awaited<ReturnType<typeof bucketOf>>['put'];

/** A recording as the seed's own code leaves one. */
export interface SeedRecording {
  roomName: string;
  roomId: string;
  /** Ms since 1970. */
  startedAt: number;
}

/** Its name, as the seed has Egress call it: to the second. */
export const seedName = ({ roomName, roomId, startedAt }: SeedRecording): string =>
  `${roomName}-${roomId}-${new Date(startedAt).toISOString().slice(0, 19).replaceAll(':', '')}.mp4`;

/** Puts recordings into a bucket in the seed's format, the media a word long: their names. */
export function putSeedRecordings(put: Put, recordings: SeedRecording[]): Promise<string[]> {
  return pMap(
    recordings,
    async (recording) => {
      const name = seedName(recording);
      const manifest = {
        egress_id: `EG_${recording.startedAt}`,
        room_id: recording.roomId,
        room_name: recording.roomName,
        started_at: recording.startedAt * 1_000_000,
      };
      await put(`recordings/${name}`, 'media');
      await put(`recordings/${name}.json`, JSON.stringify(manifest));
      return name;
    },
    { concurrency: 16 },
  );
}
