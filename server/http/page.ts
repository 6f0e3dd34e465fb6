import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const special: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Any text as one that may stand in HTML, in an attribute, too. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => special[sign] ?? sign);

/** What the page says of itself where nobody says better. */
const ownWords = /<title>[^<]*<\/title>|<meta name="description"[^>]*>/g;

/**
 * The built web client's one page, which shows what its address says.
 * @param root the folder that Vite built
 * @param base the path that all its addresses begin with: empty, or without a slash at its end
 * @returns makes it, with `head` (HTML), which has a title and a description, in place of its own
 */
export function createPage({ root, base }: { root: string; base: string }): (head?: string) => string {
  const html = readFileSync(join(root, 'index.html'), 'utf8').replace(
    '<base href="/" />',
    () => `<base href="${escapeHtml(base)}/" />`,
  );
  return (head) =>
    head === undefined ? html : html.replace(ownWords, '').replace('</head>', () => `${head}</head>`);
}

export type Page = ReturnType<typeof createPage>;
