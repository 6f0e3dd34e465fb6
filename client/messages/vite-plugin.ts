import { readdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'vite';
import type { Messages } from './messages.ts';

/** A message: its words, or a function that makes them. */
type Message = string | ((...values: never[]) => string);
type Catalogue = Readonly<Record<string, Message>>;

const folder = fileURLToPath(new URL('.', import.meta.url));
const words = `${folder}words.ts`;
const virtual = '\0message:';

/** The languages there are: each file of two or three letters is one. */
export const languages: readonly string[] = readdirSync(folder)
  .flatMap((name) => /^([a-z]{2,3}(?:-[A-Za-z]+)?)\.ts$/.exec(name)?.[1] ?? [])
  .sort();

/** The language that is in no real page: every message in brackets, so that what is none of them stands out. */
export const pseudo = 'en-XA';

const inBrackets = (message: Message): Message =>
  typeof message === 'string'
    ? `⟦${message}⟧`
    : Object.assign(() => '', { toString: () => `(...values) => \`⟦\${(${message})(...values)}⟧\`` });

/** What a language's file has. */
export async function readMessages(language: string): Promise<Catalogue> {
  const file = language === pseudo ? 'en' : language;
  const { default: messages }: { default: Messages } = await import(
    pathToFileURL(`${folder}${file}.ts`).href
  );
  const found: Catalogue = messages;
  if (language !== pseudo) return found;
  return Object.fromEntries(Object.entries(found).map(([key, message]) => [key, inBrackets(message)]));
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '{': '&lbrace;',
  '}': '&rbrace;',
};
const asMarkup = (text: string) => text.replace(/[&<"{}]/g, (sign) => entities[sign] ?? sign);

/** The direction that a language is written in. */
const directionOf = (language: string) =>
  /^(ar|arc|ckb|dv|fa|he|ks|nqo|ps|sd|ug|ur|yi)\b/.test(language) ? 'rtl' : 'ltr';

const importLine = /import \{ m \} from '[^']*\/messages\/messages\.ts';/;

/**
 * Puts a language's words where a file says `m.…`, so that a page is sent one language only, and Svelte makes text
 * of its templates of them; a message with parameters is a module of its own, which goes where it is used.
 */
function inline(code: string, messages: Catalogue, fail: (why: string) => never): string {
  const line = importLine.exec(code)?.[0];
  if (line === undefined) return code;
  const functions = new Set<string>();
  const find = (key: string) => messages[key] ?? fail(`There is no message ${key}`);
  const used = code
    .replace(/([\w:-]+)=\{m\.(\w+)\}/g, (all, attribute: string, key: string) => {
      const message = find(key);
      return typeof message === 'string' ? `${attribute}="${asMarkup(message)}"` : all;
    })
    .replace(/(?<!\$)\{m\.(\w+)\}/g, (all, key: string) => {
      const message = find(key);
      return typeof message === 'string' ? asMarkup(message) : all;
    })
    .replace(/(?<![\w.$])m\.(\w+)/g, (_, key: string) => {
      const message = find(key);
      if (typeof message === 'string') return JSON.stringify(message);
      functions.add(key);
      return `message_${key}`;
    });
  const imports = [...functions].map((key) => `import message_${key} from '${virtual.slice(1)}${key}';`);
  return used.replace(line, () => imports.join(' '));
}

/** The script by which the development server's page takes the language of the cookie. */
const chooseLanguage = () =>
  `const asked = /reelroom-language=([\\w-]+)/.exec(document.cookie)?.[1];
  if (${JSON.stringify(languages)}.includes(asked)) document.documentElement.lang = asked;`;

/**
 * Builds the client in one language: its pages are `index.LANGUAGE.html` and `recorder.LANGUAGE.html`. The
 * development server sends all languages and takes the one of the cookie.
 */
export function messages(language: string): Plugin[] {
  let catalogue: Catalogue = {};
  const html = (text: string, lang: string) =>
    text
      .replace('<html lang="en">', lang === 'en' ? '$&' : `<html lang="${lang}" dir="${directionOf(lang)}">`)
      .replace(/\{m\.(\w+)\}/g, (_, key: string) => asMarkup(String(catalogue[key] ?? '')));
  return [
    {
      name: 'messages',
      enforce: 'pre',
      async buildStart() {
        catalogue = await readMessages(language);
      },
      transformIndexHtml: { order: 'pre', handler: (text) => html(text, language) },
    },
    {
      name: 'messages-of-a-build',
      enforce: 'pre',
      apply: 'build',
      resolveId: (id) => (id.startsWith(virtual.slice(1)) ? `\0${id}` : undefined),
      load(id) {
        if (!id.startsWith(virtual)) return undefined;
        const made = catalogue[id.slice(virtual.length)];
        return {
          code: `import { number, plural } from ${JSON.stringify(words)};\nexport default ${String(made)};`,
          moduleSideEffects: false,
        };
      },
      transform(code, id) {
        // A message that makes nothing of numbers leaves them out.
        if (id === words) return { code, map: null, moduleSideEffects: false };
        if (!/\.(svelte|ts)$/.test(id) || id.startsWith(folder)) return undefined;
        return {
          code: inline(code, catalogue, (why) => this.error(`${why}, which ${id} asks for`)),
          map: null,
        };
      },
      generateBundle: {
        order: 'post',
        handler(_options, bundle) {
          for (const file of Object.values(bundle))
            if (file.fileName.endsWith('.html'))
              file.fileName = file.fileName.replace('.html', `.${language}.html`);
        },
      },
    },
    {
      name: 'messages-of-development',
      apply: 'serve',
      transformIndexHtml: (html) => html.replace('<head>', `<head><script>${chooseLanguage()}</script>`),
      load(id) {
        if (id !== `${folder}messages.ts`) return undefined;
        const imports = languages.map((name, at) => `import language${at} from './${name}.ts';`);
        const all = languages.map((name, at) => `${JSON.stringify(name)}: language${at}`);
        return [
          ...imports,
          `const all = { ${all.join(', ')} };`,
          `export const m = all[document.documentElement.lang];`,
        ].join('\n');
      },
    },
  ];
}
