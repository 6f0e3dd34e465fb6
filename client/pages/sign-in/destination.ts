import { matchRoute } from '../../app/routes.ts';

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
  const isOurs = url.origin === origin && !['not-found', 'sign-in'].includes(matchRoute(url).page);
  return isOurs ? url.pathname + url.search : undefined;
}
