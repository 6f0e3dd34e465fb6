import { wasReloaded } from './was-reloaded.ts';

/** How long, in ms, after a page was reloaded it is not reloaded again by itself. */
const reloadPauseMs = 60_000;

/** How long, in ms, a page without `requestIdleCallback` is left alone before what it may need next is loaded. */
const idleDelayMs = 2_000;

let loadingAhead = 0;

/**
 * Loads a part that may be needed next when the page has nothing else to do. A failure does not
 * reload a page that somebody is using: it shows when the part is needed.
 */
export function loadAhead(load: () => Promise<unknown>): void {
  const start = () => {
    loadingAhead += 1;
    const end = () => (loadingAhead -= 1);
    load().then(end, end);
  };
  if ('requestIdleCallback' in globalThis) requestIdleCallback(start);
  else setTimeout(start, idleDelayMs);
}

/**
 * Reloads the page when a part of it is gone, as after a new version was deployed, whose
 * parts have other names (Vite's `vite:preloadError`). Once: where the part is still
 * missing after that, the page says so. Not in the middle of a call.
 */
export function reloadOnMissingParts(isInCall: () => boolean): void {
  addEventListener('vite:preloadError', () => {
    if (loadingAhead > 0 || (wasReloaded() && performance.now() < reloadPauseMs) || isInCall()) return;
    location.reload();
  });
}
