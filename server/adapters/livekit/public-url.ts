import { isLoopbackName } from '../../config/loopback.ts';

/**
 * Where a browser connects to LiveKit that has our page from `pageUrl`: to `publicUrl` if it is set, else as we do.
 * But where that is this machine's loopback and the page is not, no browser reaches it there: it is asked at its port
 * of the page's own host, by TLS if the page has that.
 */
export function publicLivekitUrl(
  { url, publicUrl }: { url: string; publicUrl?: string | undefined },
  pageUrl: string,
): string {
  if (publicUrl !== undefined) return publicUrl;
  const livekit = new URL(url);
  // A request of HTTP/1.0 may name no host.
  if (!isLoopbackName(livekit.hostname) || !URL.canParse(pageUrl)) return url;
  const page = new URL(pageUrl);
  if (isLoopbackName(page.hostname)) return url;
  const [protocol, usualPort] = page.protocol === 'https:' ? ['wss', 443] : ['ws', 80];
  const port = livekit.port || (/^(https|wss):$/.test(livekit.protocol) ? 443 : 80);
  return `${protocol}://${page.hostname}${Number(port) === usualPort ? '' : `:${port}`}`;
}
