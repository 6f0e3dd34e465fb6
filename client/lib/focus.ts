let isFirstPage = true;

/**
 * Puts the focus on a page's heading when the page is opened, as a browser does
 * for a new document: a screen reader starts there. The first page is a document.
 */
export function focusOnNavigation(heading: HTMLElement): void {
  if (!isFirstPage) heading.focus({ preventScroll: true });
  isFirstPage = false;
}
