import { on } from 'svelte/events';
import { createSubscriber } from 'svelte/reactivity';

const changes = createSubscriber((update) => on(document, 'visibilitychange', update));

/**
 * Whether the page is visible; reactive. Hidden pages end their subscriptions: over HTTP/1.1 a browser has six
 * connections for all tabs of a site, and each subscription takes one.
 */
export function isVisible(): boolean {
  changes();
  return !document.hidden;
}
