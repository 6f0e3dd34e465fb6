import { mediaSuffix, parseRecordingName } from '@reelroom/shared';
import type { WallClock } from './time-zone.ts';

/** The longest file name that file systems allow, in bytes of UTF-8. */
const maxBytes = 255;

/** Characters that are forbidden in file names, on Windows too, and bidirectional controls. */
const forbidden = /[/\\:*?"<>|\p{Cc}\p{Cs}\p{Bidi_Control}]/gu;

/** `text` as a portable file name without extension; empty when nothing is left. */
function fileNameOf(text: string): string {
  const name = text
    .replace(/\.mp4$/i, '')
    .replace(forbidden, '_')
    .replace(/\s+/gu, ' ')
    // Hidden on Unix; a dot or a space at the end is lost on Windows.
    .replace(/^[ .]+/, '');
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    if (Buffer.byteLength(kept + segment + mediaSuffix) > maxBytes) break;
    kept += segment;
  }
  return kept.replace(/[ .]+$/, '');
}

/** `Team meeting 2026-01-31 10.15.30`, by this clock; other names unchanged. */
function described(name: string, clock: WallClock): string {
  const parsed = parseRecordingName(name);
  if (!parsed) return name;
  const [day, time = ''] = clock.at(parsed.startedAt).toISOString().split('T');
  return `${parsed.roomName} ${day} ${time.slice(0, 8).replaceAll(':', '.')}${clock.suffix}`;
}

/**
 * The file name of a downloaded recording: its title, or else its room and start time by `clock`. Ends in
 * `.mp4`, has at most 255 bytes of UTF-8.
 */
export function downloadName(
  { name, title = '' }: { name: string; title?: string | undefined },
  clock: WallClock,
): string {
  return (fileNameOf(title) || fileNameOf(described(name, clock)) || 'recording') + mediaSuffix;
}
