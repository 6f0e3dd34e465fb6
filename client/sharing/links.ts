import type { Share } from '@reelroom/shared';
import { formatDuration } from '../lib/duration.ts';

const hour = 60 * 60;
const day = 24 * hour;

/** The lifetimes to choose from, in s. */
export const lifetimes = [
  { label: '1 hour', seconds: hour },
  { label: '1 day', seconds: day },
  { label: '1 week', seconds: 7 * day },
  { label: '30 days', seconds: 30 * day },
  { label: '1 year', seconds: 365 * day },
] as const;

/** The default lifetime, in s. */
export const defaultLifetime = 7 * day;

/** What a link is restricted to, and how often it was used: `download allowed · password · 1:00–2:30 · 3 views`. */
export function shareFacts({ download, hasPassword, domains, from, to, views }: Share): string {
  return [
    download ? 'download allowed' : '',
    hasPassword ? 'password' : '',
    domains ? `only ${domains.join(', ')}` : '',
    from !== undefined && to !== undefined
      ? `${formatDuration(from * 1_000)}–${formatDuration(to * 1_000)}`
      : '',
    views > 0 ? `${views} ${views === 1 ? 'view' : 'views'}` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

/** A link that begins at a moment of the recording, in s. */
export function startingAt(url: string, seconds: number): string {
  const link = new URL(url);
  if (seconds >= 1) link.searchParams.set('t', String(Math.floor(seconds)));
  return link.href;
}

const special: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (sign) => special[sign] ?? sign);

/** The HTML that embeds the player in another page. */
export const embedCode = ({ url, title }: { url: string; title: string }): string =>
  `<iframe src="${escapeHtml(url)}" title="${escapeHtml(title)}" width="640" height="360" style="border: 0" allow="autoplay; fullscreen; picture-in-picture" allowfullscreen></iframe>`;

/** The domains in what somebody has typed, with commas or spaces between them, and perhaps a sign before each. */
export const parseDomains = (typed: string): string[] =>
  typed
    .split(/[\s,;]+/)
    .map((domain) => domain.replace(/^@/, ''))
    .filter(Boolean);
