import { matchRoute } from './routes.ts';

let route = $state.raw(matchRoute(location));
let hasNavigated = false;

const read = () => {
  route = matchRoute(location);
};
addEventListener('popstate', read);

/** The page that is open, as the address bar says. */
export const router = {
  get route() {
    return route;
  },
  /** Whether the open page was reached from another page of the client, not by its address. */
  get hasNavigated() {
    return hasNavigated;
  },
};

/** Opens a page of the client; `replace` replaces the history entry. */
export function navigate(path: string, { replace = false } = {}): void {
  hasNavigated = true;
  history[replace ? 'replaceState' : 'pushState'](null, '', path);
  read();
}

/** Lets links to our own pages open without loading the document anew. */
export function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  if (matchRoute(link).page === 'not-found') return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}
