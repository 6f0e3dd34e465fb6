import { paths } from '../../app/routes.ts';

/**
 * Where one comes to after signing in, as the address of the sign-in page says: a page of ours, and never another
 * site's.
 * @param search the query of that address
 * @param origin our own
 * @returns a path with its query; undefined where it says none
 */
export function destinationIn(search: string, origin: string): string | undefined {
  const to = new URLSearchParams(search).get('to');
  if (to === null || !URL.canParse(to, origin)) return undefined;
  const url = new URL(to, origin);
  // A path that begins with two slashes is another host's when it is followed.
  const isOurs =
    url.origin === origin && url.pathname.startsWith(paths.join()) && !url.pathname.startsWith('//');
  return isOurs ? url.pathname + url.search : undefined;
}
