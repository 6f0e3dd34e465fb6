import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import {
  parseRoomState,
  type Recording,
  type RecordingStatus,
  type RoomStatus,
  type StartOptions,
} from '@reelroom/shared';
import type { TRPCClient } from '@trpc/client';
import { z } from 'zod';
import type { AppRouter, Config } from '../../app.ts';
import { livekitClients } from './build.ts';
import { until } from './until.ts';

type Trpc = TRPCClient<AppRouter>;

/** The status that everyone in a room is shown. */
export async function shownStatus(config: Config, roomName: string): Promise<RoomStatus | undefined> {
  const [room] = await livekitClients(config).rooms.listRooms([roomName]);
  return parseRoomState(room?.metadata).recording;
}

/** Waits until a room is shown that its recording is in one of these states; `deadline` in ms. */
export const untilShown = (
  config: Config,
  roomName: string,
  statuses: RecordingStatus | RecordingStatus[],
  deadline?: number,
): Promise<RoomStatus> =>
  until(
    `${roomName}: ${statuses}`,
    async () => {
      const shown = await shownStatus(config, roomName);
      return shown && [statuses].flat().includes(shown.status) && shown;
    },
    deadline,
  );

/** Starts a recording as soon as a recorder is free: one takes a moment to end the last. */
export const startRecording = (
  trpc: Trpc,
  roomName: string,
  options: Partial<StartOptions> = {},
): Promise<Recording> =>
  until(
    'a recorder to take the job',
    () => trpc.recordings.start.mutate({ roomName, quality: '480p', ...options }).catch(() => undefined),
    60_000,
  );

/** A recording once its end is described; `deadline` in ms. */
export const untilEnded = (trpc: Trpc, name: string, deadline?: number): Promise<Recording> =>
  until(
    `the end of ${name}`,
    async () => {
      const recording = await trpc.recordings.get.query({ name }).catch(() => undefined);
      return recording && (recording.endedBy ?? recording.failure) !== undefined && recording;
    },
    deadline,
  );

/** A room can be recorded, as if nothing had happened. */
export async function recordAgain(config: Config, trpc: Trpc, roomName: string): Promise<void> {
  await startRecording(trpc, roomName);
  await untilShown(config, roomName, 'recording');
  await trpc.recordings.stop.mutate({ roomName });
  await untilShown(config, roomName, 'ready');
}

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

/** The process that makes a recording: it has the egress's id among its arguments. */
export function handlerOf(egressId: string): number {
  const pid = readdirSync('/proc').find((name) => {
    try {
      const [program, command, ...rest] = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      return (
        program?.endsWith('egress') && command === 'run-handler' && rest.some((arg) => arg.includes(egressId))
      );
    } catch {
      return false;
    }
  });
  if (!pid) throw new Error(`no process makes ${egressId}`);
  return Number(pid);
}

/** A process and all that it has started, by id: a recorder's with its Chromium. */
export function treeOf(pid: number): number[] {
  const parents = readdirSync('/proc').flatMap((name): [number, number][] => {
    try {
      const parent = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1];
      return /^\d+$/.test(name) && parent ? [[Number(name), Number(parent)]] : [];
    } catch {
      return [];
    }
  });
  const below = (id: number): number[] => [
    id,
    ...parents.flatMap(([child, parent]) => (parent === id ? below(child) : [])),
  ];
  return below(pid);
}
