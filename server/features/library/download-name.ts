import { mediaSuffix, parseRecordingName } from '@reelroom/shared';
import type { WallClock } from './time-zone.ts';

/** Most bytes of UTF-8 that file systems allow in a file's name. */
const maxBytes = 255;

/** What no file may be called, or no file on Windows; and what makes a name read backwards. */
const forbidden = /[/\\:*?"<>|\p{Cc}\p{Cs}\p{Bidi_Control}]/gu;

/** `text` as a file may be called everywhere, without its ending; empty when nothing of it is left. */
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

/** `Team meeting 2026-01-31 10.15.30`, by this clock; another name as it is. */
function described(name: string, clock: WallClock): string {
  const parsed = parseRecordingName(name);
  if (!parsed) return name;
  const [day, time = ''] = clock.at(parsed.startedAt).toISOString().split('T');
  return `${parsed.roomName} ${day} ${time.slice(0, 8).replaceAll(':', '.')}${clock.suffix}`;
}

/**
 * What a recording's file is called on the disk of whoever downloads it: by its title, or
 * else by its room and the time it began at, as `clock` shows it. Ends in `.mp4`, has 255 bytes of UTF-8 at most.
 */
export function downloadName(
  { name, title = '' }: { name: string; title?: string | undefined },
  clock: WallClock,
): string {
  return (fileNameOf(title) || fileNameOf(described(name, clock)) || 'recording') + mediaSuffix;
}
