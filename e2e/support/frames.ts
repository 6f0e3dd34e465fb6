import { spawn } from 'node:child_process';
import { once } from 'node:events';

const [width, height] = [160, 90];

/** Brighter than the stage and an empty tile of the recorder's page, which are nearly black. */
const isPicture = (red: number, green: number, blue: number) => Math.max(red, green, blue) > 70;

/** Of each frame of a video at a URL, how much of it (0–1) is picture, and not dark: small frames, decoded by ffmpeg. */
export async function pictureShares(url: string): Promise<number[]> {
  const args = [
    '-v',
    'error',
    '-i',
    url,
    '-vf',
    `scale=${width}:${height}`,
    '-pix_fmt',
    'rgb24',
    '-f',
    'rawvideo',
    '-',
  ];
  const ffmpeg = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  ffmpeg.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = await once(ffmpeg, 'close');
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
  const all = Buffer.concat(chunks);
  const frameSize = width * height * 3;
  return Array.from({ length: Math.floor(all.length / frameSize) }, (_, n) => {
    const frame = all.subarray(n * frameSize, (n + 1) * frameSize);
    let picture = 0;
    for (let at = 0; at < frameSize; at += 3) {
      if (isPicture(frame[at] ?? 0, frame[at + 1] ?? 0, frame[at + 2] ?? 0)) picture += 1;
    }
    return picture / (width * height);
  });
}
