/**
 * The path of ours that a link asks to open; the app's first page for anything else, such as another site's URL.
 * @param base the app's path prefix: empty, or without a trailing slash
 */
export function ownPath(to: unknown, base: string): string {
  const here = 'http://here.invalid';
  if (typeof to !== 'string' || !URL.canParse(to, here)) return `${base}/`;
  const { origin, pathname, search } = new URL(to, here);
  // Browsers take a path that begins with two slashes for another host's URL.
  const isOurs = origin === here && pathname.startsWith(`${base}/`) && !pathname.startsWith('//');
  return isOurs ? pathname + search : `${base}/`;
}
