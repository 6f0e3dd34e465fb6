/**
 * The path that all our addresses begin with, as the page's `<base>` says: empty, or begins
 * with a slash and ends in none. Empty where there is no page, as in tests.
 */
export const base =
  typeof document === 'undefined' ? '' : new URL(document.baseURI).pathname.replace(/\/$/, '');
