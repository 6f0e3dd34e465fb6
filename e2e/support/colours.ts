import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How far a channel may be from a colour's, after encoding. */
const tolerance = 60;

async function output(program: string, args: string[], channel: 'stdout' | 'stderr'): Promise<Buffer> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child[channel].on('data', (chunk: Buffer) => chunks.push(chunk));
  child[channel === 'stdout' ? 'stderr' : 'stdout'].resume();
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  return Buffer.concat(chunks);
}

/** From where to where in a video, in s. */
export interface Span {
  from: number;
  to: number;
}

/** Before the input: behind it, filters would still see all that comes before. */
const cut = ({ from, to }: Span) => ['-ss', String(from), '-t', String(to - from)];

/** The largest share (0–1) that a colour (red, green, blue) has of a frame of a video at a URL within a span. */
export async function largestShare(url: string, span: Span, colour: readonly number[]): Promise<number> {
  const [width, height] = [160, 90];
  const format = ['-vf', `scale=${width}:${height}`, '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'];
  const frames = await output('ffmpeg', ['-v', 'error', ...cut(span), '-i', url, ...format], 'stdout');
  const size = width * height * 3;
  let largest = 0;
  for (let frame = 0; frame + size <= frames.length; frame += size) {
    let pixels = 0;
    for (let at = frame; at < frame + size; at += 3)
      if (colour.every((value, i) => Math.abs(value - (frames[at + i] ?? 0)) < tolerance)) pixels += 1;
    largest = Math.max(largest, pixels / (width * height));
  }
  if (frames.length === 0) throw new Error(`nothing from ${span.from} to ${span.to} s`);
  return largest;
}

/** How loud a tone (Hz) is in a video at a URL within a span, in dB; at most 0. */
export async function loudness(url: string, span: Span, tone: number): Promise<number> {
  const filter = `bandpass=f=${tone}:width_type=h:w=60,bandpass=f=${tone}:width_type=h:w=60,volumedetect`;
  const args = ['-hide_banner', ...cut(span), '-i', url, '-vn', '-af', filter, '-f', 'null', '-'];
  const told = (await output('ffmpeg', args, 'stderr')).toString();
  const mean = /mean_volume: (-?[\d.]+|-inf) dB/.exec(told)?.[1];
  if (mean === undefined) throw new Error(`no sound from ${span.from} to ${span.to} s`);
  return mean === '-inf' ? -Infinity : Number(mean);
}
