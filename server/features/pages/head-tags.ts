import type { Recording } from '@reelroom/shared';
import { escapeHtml } from '../../http/page.ts';
import type { watchUrls } from '../sharing/urls.ts';

/** In UTC: a service that previews a link does not know the reader's zone. */
const inUtc = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** A length in ms as `1:02:03` or `2:03`. */
function formatLength(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const two = (value: number) => String(value % 60).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${two(seconds)}`
    : `${Math.floor(minutes / 60)}:${two(minutes)}:${two(seconds)}`;
}

/**
 * The HTML head tags for link previews of a page that plays `recording`: title and description, Open Graph
 * (ogp.me) and X's cards.
 * @param urls of the page and its media, each with the share token if there is one
 * @param canEmbed whether every site may frame the player
 */
export function headTags({
  recording: { title: given, roomName, startedAt, durationMs, width, height },
  urls: { url, videoUrl, embedUrl, posterUrl },
  canEmbed,
}: {
  recording: Recording;
  urls: ReturnType<typeof watchUrls>;
  canEmbed: boolean;
}): string {
  const title = given ?? roomName;
  const length = durationMs === undefined ? '' : `, ${formatLength(durationMs)} long`;
  const description = `Recorded in ${roomName} on ${inUtc.format(startedAt)} UTC${length}`;
  // A recording without a width has no poster.
  const size = width !== undefined && height !== undefined ? { width, height } : undefined;

  const tag = (kind: 'name' | 'property', name: string, content: string | number) =>
    `<meta ${kind}="${name}" content="${escapeHtml(String(content))}" />`;
  const graph = (name: string, content: string | number) => tag('property', name, content);
  const card = (name: string, content: string | number) => tag('name', `twitter:${name}`, content);

  return [
    `<title>${escapeHtml(`${title} · Reelroom`)}</title>`,
    tag('name', 'description', description),
    graph('og:site_name', 'Reelroom'),
    graph('og:type', 'video.other'),
    graph('og:title', title),
    graph('og:description', description),
    graph('og:url', url),
    graph('og:video', videoUrl),
    ...(videoUrl.startsWith('https:') ? [graph('og:video:secure_url', videoUrl)] : []),
    graph('og:video:type', 'video/mp4'),
    ...(size ? [graph('og:video:width', size.width), graph('og:video:height', size.height)] : []),
    ...(durationMs === undefined ? [] : [graph('video:duration', Math.round(durationMs / 1_000))]),
    ...(size ? [graph('og:image', posterUrl), graph('og:image:type', 'image/jpeg')] : []),
    card('title', title),
    ...(canEmbed
      ? [
          card('card', 'player'),
          card('player', embedUrl),
          card('player:width', size?.width ?? 1_280),
          card('player:height', size?.height ?? 720),
        ]
      : [card('card', size ? 'summary_large_image' : 'summary')]),
  ].join('');
}
