const two = (value: number) => String(value).padStart(2, '0');

/** A time in ms in WebVTT's format. */
export function vttTime(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const fraction = String(Math.floor(ms) % 1_000).padStart(3, '0');
  return `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${fraction}`;
}

/** A track without cues. */
export const emptyTrack = 'WEBVTT\n';

/**
 * A thumbnail track (WebVTT, W3C): a cue per interval with the picture taken at its beginning, and its size,
 * which players require (Media Fragments, `xywh`).
 * @param files the pictures' names, in order, from `t_00000.jpeg` on, relative to the track
 * @param query appended to their URLs
 * @param seconds the interval of the pictures
 * @param startMs where the video begins, if it is a part of the recording
 */
export function thumbnailTrack({
  files,
  query,
  size,
  seconds,
  durationMs,
  startMs = 0,
}: {
  files: string[];
  query: string;
  size: { width: number; height: number };
  seconds: number;
  durationMs: number | undefined;
  startMs?: number;
}): string {
  const starts = files.map((file) => Number(/\d+/.exec(file)?.[0]) * seconds * 1_000 - startMs);
  const cues = files.map((file, i) => {
    const start = starts[i] ?? 0;
    const end = starts[i + 1] ?? Math.max(durationMs ?? 0, start + seconds * 1_000);
    return `${vttTime(start)} --> ${vttTime(end)}\n${file}${query}#xywh=0,0,${size.width},${size.height}\n`;
  });
  return [emptyTrack, ...cues].join('\n');
}
