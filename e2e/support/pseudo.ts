import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import type { Test } from 'tap';
import { pseudo } from '../../client/messages/vite-plugin.ts';

const root = join(import.meta.dirname, '..', '..');
const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };

/**
 * Builds the client in the language of no page, in which every message stands in brackets, and answers what has a
 * browser show that one: the app's own answers, with other pages and files.
 */
export async function buildPseudo(t: Test): Promise<(context: BrowserContext) => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'reelroom-pseudo-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const vite = join(root, 'node_modules', '.bin', 'vite');
  const args = ['build', '--mode', pseudo, '--outDir', folder, '--logLevel', 'error'];
  const [code] = await once(spawn(vite, args, { cwd: root, stdio: 'inherit' }), 'close');
  if (code !== 0) throw new Error(`vite ended with ${code}`);
  const html = await readFile(join(folder, `index.${pseudo}.html`), 'utf8');
  return async (context) => {
    await context.route('**/*', async (route) => {
      const { pathname } = new URL(route.request().url());
      const file = join(folder, pathname);
      if (route.request().resourceType() === 'document') {
        const response = await route.fetch();
        // A head with the recording's title is data.
        return route.fulfill({ response, body: html });
      }
      if (pathname.startsWith('/assets/') && existsSync(file))
        return route.fulfill({ path: file, contentType: types[pathname.split('.').at(-1) ?? ''] ?? '' });
      return route.fallback();
    });
  };
}

/** What a page shows or says that is no message, but for what is the same in each language and `data`, a pattern. */
export function leftovers(page: Page, data: RegExp): Promise<string[]> {
  return page.evaluate((source) => {
    const known = new RegExp(source, 'gu');
    const texts: string[] = [document.title];
    const roots: (Document | ShadowRoot)[] = [document];
    for (const each of roots)
      for (const element of each.querySelectorAll('*')) {
        if (element.shadowRoot) roots.push(element.shadowRoot);
        if (element.closest('script, style, noscript, kbd, [aria-hidden=true]')) continue;
        for (const name of ['aria-label', 'aria-roledescription', 'title', 'placeholder', 'alt', 'label'])
          texts.push(element.getAttribute(name) ?? '');
        for (const node of element.childNodes)
          if (node.nodeType === Node.TEXT_NODE) texts.push(node.textContent ?? '');
      }
    const withoutMessages = (text: string): string => {
      const rest = text.replace(/⟦[^⟦⟧]*⟧/g, '');
      return rest === text ? rest : withoutMessages(rest);
    };
    const left = texts
      .map((text) => withoutMessages(text).replace(known, '').trim())
      .filter((text) => /\p{L}{2}/u.test(text));
    return [...new Set(left)];
  }, data.source);
}
