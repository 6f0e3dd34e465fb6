import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';

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

/** The cookie in which the client keeps the language that somebody has chosen. */
const chosen = /(?:^|;\s*)reelroom-language=([\w-]+)/;

/**
 * One of the web client's HTML pages, which is built once for each language.
 * @param root the folder that Vite built
 * @param name `index` is the page that renders by its URL
 * @param base the path prefix of all its URLs: empty, or without a trailing slash
 */
export function createPage({ root, name, base }: { root: string; name: string; base: string }) {
  const built = new RegExp(`^${name}\\.([\\w-]+)\\.html$`);
  const pages = new Map(
    readdirSync(root).flatMap((file) => {
      const language = built.exec(file)?.[1];
      if (language === undefined) return [];
      const html = readFileSync(join(root, file), 'utf8');
      return [[language, html.replace('<base href="/" />', () => `<base href="${escapeHtml(base)}/" />`)]];
    }),
  );

  /** The language that was chosen; else the first that the browser asks for and there is; else English. */
  function languageFor({ headers }: Pick<FastifyRequest, 'headers'>): string {
    const asked = chosen.exec(headers.cookie ?? '')?.[1];
    if (asked !== undefined && pages.has(asked)) return asked;
    return new Negotiator({ headers }).language(['en', ...pages.keys()]) ?? 'en';
  }

  return {
    /**
     * Answers with the page in the language of the one who asks.
     * @param head HTML with a title and a description, in place of the default
     */
    send(request: FastifyRequest, reply: FastifyReply, head?: string): FastifyReply {
      const language = languageFor(request);
      const html = pages.get(language) ?? '';
      return reply
        .type('text/html; charset=utf-8')
        .header('content-language', language)
        .header('vary', [reply.getHeader('vary') ?? [], 'accept-language', 'cookie'].flat().join(', '))
        .send(
          head === undefined
            ? html
            : html.replace(defaultHead, '').replace('</head>', () => `${head}</head>`),
        );
    },
  };
}

export type Page = ReturnType<typeof createPage>;
