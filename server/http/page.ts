import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for HTML, attributes included. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? character);

/** The page's default title and description. */
const defaultHead = /<title>[^<]*<\/title>|<meta name="description"[^>]*>/g;

/**
 * The built web client's only HTML page, which renders by its URL.
 * @param root the folder that Vite built
 * @param base the path prefix of all its URLs: empty, or without a trailing slash
 * @returns a function that renders it; `head` (HTML with a title and a description) replaces the default
 */
export function createPage({ root, base }: { root: string; base: string }): (head?: string) => string {
  const html = readFileSync(join(root, 'index.html'), 'utf8').replace(
    '<base href="/" />',
    () => `<base href="${escapeHtml(base)}/" />`,
  );
  return (head) =>
    head === undefined ? html : html.replace(defaultHead, '').replace('</head>', () => `${head}</head>`);
}

export type Page = ReturnType<typeof createPage>;
