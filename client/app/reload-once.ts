import { wasReloaded } from './was-reloaded.ts';

/** How long, in ms, after a page was reloaded it is not reloaded again by itself. */
const patienceMs = 60_000;

/**
 * Reloads the page when a part of it is gone, as after a new version was deployed, whose
 * parts have other names (Vite's `vite:preloadError`). Once: where the part is still
 * missing after that, the page says so. Not in the middle of a call.
 */
export function reloadOnMissingParts(isInCall: () => boolean): void {
  addEventListener('vite:preloadError', () => {
    if ((wasReloaded() && performance.now() < patienceMs) || isInCall()) return;
    location.reload();
  });
}
