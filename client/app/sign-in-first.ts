import { errorCodeOf } from '@reelroom/sdk';
import { navigate, router } from './router.svelte.ts';
import { paths } from './routes.ts';

/** The address of the page to sign in at, after which one comes to a path of ours: by default the open page. */
export const signInPath = (to = location.pathname + location.search): string =>
  `${paths.join()}sign-in?${new URLSearchParams({ to })}`;

/** The address where who opens a share link shows who they are, after which they come back to the open page. */
export const signInForLink = (): string =>
  `${paths.join()}sign-in/openid?${new URLSearchParams({ for: 'link', to: location.pathname + location.search })}`;

/**
 * Opens the page to sign in where that is what `error` says is missing; not in place of a call, nor in another
 * site's frame.
 * @param to where one comes to after that: a path of ours, by default the open page
 */
export function signInFirst(error: unknown, to?: string): void {
  if (errorCodeOf(error) !== 'UNAUTHENTICATED') return;
  if (to === undefined && !['library', 'watch'].includes(router.route.page)) return;
  navigate(signInPath(to), { replace: true });
}
