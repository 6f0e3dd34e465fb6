let isFirstPage = true;

/**
 * Moves the focus to a page's heading when the page is opened, so that screen readers start there, as for a new
 * document. Not for the first page, which is one.
 */
export function focusOnNavigation(heading: HTMLElement): void {
  if (!isFirstPage) heading.focus({ preventScroll: true });
  isFirstPage = false;
}
