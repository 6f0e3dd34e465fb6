import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseRoomStatus, type RecordingStatus, type RoomStatus } from '@reelroom/shared';
import { z } from 'zod';
import type { Config } from '../../app.ts';
import { livekitClients } from './build.ts';
import { until } from './until.ts';

/** The status that everyone in a room is shown. */
export async function shownStatus(config: Config, roomName: string): Promise<RoomStatus | undefined> {
  const [room] = await livekitClients(config).rooms.listRooms([roomName]);
  return parseRoomStatus(room?.metadata);
}

/** Waits until a room is shown that its recording is in one of these states. */
export const untilShown = (
  config: Config,
  roomName: string,
  ...statuses: RecordingStatus[]
): Promise<RoomStatus> =>
  until(`${roomName}: ${statuses.join(' or ')}`, async () => {
    const shown = await shownStatus(config, roomName);
    return shown && statuses.includes(shown.status) && shown;
  });

const probed = z.object({
  format: z.object({ duration: z.coerce.number() }),
  streams: z.array(z.object({ codec_name: z.string() })),
});

/** What ffprobe says of a video at a URL: its codecs, its length in seconds. */
export async function ffprobe(url: string) {
  const args = ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', url];
  const { stdout } = await promisify(execFile)('ffprobe', args);
  const { format, streams } = probed.parse(JSON.parse(stdout));
  return { duration: format.duration, codecs: streams.map((stream) => stream.codec_name).sort() };
}
