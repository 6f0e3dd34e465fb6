import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { z } from 'zod';

const run = promisify(execFile);

/** A folder of the test's own, gone when it ends. */
async function folderOf(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reelroom-media-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

const testPicture = 'testsrc=size=160x90:rate=30';

/** Small moving pictures with B-frames and a tone, as Egress encodes them: a key frame each second. */
const encoding = (seconds: number, picture: string, hasVideo = true) => [
  ...(hasVideo ? ['-f', 'lavfi', '-i', picture] : []),
  ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-t', String(seconds)],
  ...(hasVideo ? ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'] : []),
  ...(hasVideo ? ['-bf', '3', '-x264-params', 'scenecut=0:keyint=30'] : []),
  ...['-c:a', 'aac', '-ac', '2'],
];

/** Segments of a second of MPEG-TS each, whose clock starts at `clock` seconds. */
export async function makeSegments(
  t: Test,
  seconds: number,
  { clock = 3600, picture = testPicture, hasVideo = true } = {},
): Promise<Buffer[]> {
  const folder = await folderOf(t);
  await run('ffmpeg', [
    ...['-v', 'error', ...encoding(seconds, picture, hasVideo), '-muxdelay', '0'],
    ...['-output_ts_offset', String(clock), '-f', 'segment', '-segment_time', '1'],
    ...['-segment_format', 'mpegts', join(folder, '%05d.ts')],
  ]);
  const files = (await readdir(folder)).sort();
  return Promise.all(files.map((file) => readFile(join(folder, file))));
}

/** An MP4 as ffmpeg makes it, with its tables at its end unless `flags` say otherwise. */
export async function makeMp4(t: Test, seconds: number, ...flags: string[]): Promise<Buffer> {
  const path = join(await folderOf(t), 'made.mp4');
  await run('ffmpeg', ['-v', 'error', ...encoding(seconds, testPicture), ...flags, path]);
  return readFile(path);
}

const probed = z.object({
  packets: z.array(
    z.object({ codec_type: z.string(), pts_time: z.coerce.number(), dts_time: z.coerce.number() }),
  ),
});

/** A video on disk, as ffmpeg sees it. */
export async function openVideo(t: Test, bytes: Buffer) {
  const path = join(await folderOf(t), 'video.mp4');
  await writeFile(path, bytes);
  return {
    path,

    /** What ffmpeg complains of when it decodes all of it; nothing is good. */
    complaints: async () => (await run('ffmpeg', ['-v', 'error', '-i', path, '-f', 'null', '-'])).stderr,

    /** All pictures and sounds: when each is due, and the hash of its bytes. */
    packets: async () =>
      (
        await run(
          'ffmpeg',
          ['-v', 'error', '-i', path, ...['-map', '0', '-c', 'copy', '-f', 'framemd5', '-']],
          {
            maxBuffer: 2 ** 26,
          },
        )
      ).stdout,

    /** The times, in seconds, at which pictures and sounds are shown, in the order of the file. */
    async times(type: 'video' | 'audio'): Promise<number[]> {
      const args = ['-v', 'error', '-show_packets', '-of', 'json', path];
      const { stdout } = await run('ffprobe', args, { maxBuffer: 2 ** 26 });
      const { packets } = probed.parse(JSON.parse(stdout));
      return packets.filter(({ codec_type }) => codec_type === type).map(({ pts_time }) => pts_time);
    },

    /** When the picture is shown that decoding begins with for somebody who jumps to `seconds`. */
    async jumpTo(seconds: number): Promise<number> {
      const args = ['-v', 'error', '-select_streams', 'v', '-read_intervals', `${seconds}%+#1`];
      const { stdout } = await run('ffprobe', [...args, '-show_packets', '-of', 'json', path]);
      return probed.parse(JSON.parse(stdout)).packets[0]?.pts_time ?? Number.NaN;
    },
  };
}
