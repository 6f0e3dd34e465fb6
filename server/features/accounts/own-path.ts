/**
 * A path of ours that a link has asked to come to; the app's first page for anything else, such as another site.
 * @param base the path that the app is below: empty, or without a slash at its end
 */
export function ownPath(to: unknown, base: string): string {
  const here = 'http://here.invalid';
  if (typeof to !== 'string' || !URL.canParse(to, here)) return `${base}/`;
  const { origin, pathname, search } = new URL(to, here);
  // A path that begins with two slashes is another host's when it is followed.
  const isOurs = origin === here && pathname.startsWith(`${base}/`) && !pathname.startsWith('//');
  return isOurs ? pathname + search : `${base}/`;
}
