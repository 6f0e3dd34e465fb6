import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { languages, messages, pseudo } from './client/messages/vite-plugin.ts';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const app = process.env.REELROOM_APP_URL ?? 'http://localhost:6080';

/** What the app answers itself; every other path is a page of the client. */
const appPaths = [
  '^/trpc/',
  '^/token$',
  // The client has a folder of that name, too.
  '^/recordings(?!/[^/]+\\.(ts|svelte)(\\?|$))(/|\\?|$)',
  '^/posters/',
  '^/thumbs/',
  '^/live/',
  '^/livekit/',
  '^/readyz$',
  '^/healthz$',
  '^/docs(/|$)',
  '^/openapi\\.json$',
  '^/recordings\\.html$',
];

/** Bytes from which on compressing is worth it. */
const threshold = 1_024;

/** Puts beside each built text what it is compressed by Brotli (`.br`) and gzip (`.gz`), as small as they make it. */
const precompress = (): Plugin => ({
  name: 'precompress',
  apply: 'build',
  writeBundle({ dir = '.' }, bundle) {
    for (const file of Object.keys(bundle)) {
      if (!/\.(?:js|css)$/.test(file)) continue;
      const path = join(dir, file);
      const text = readFileSync(path);
      if (text.length < threshold) continue;
      const params = { [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
      writeFileSync(`${path}.br`, brotliCompressSync(text, { params }));
      writeFileSync(`${path}.gz`, gzipSync(text, { level: constants.Z_BEST_COMPRESSION }));
    }
  },
});

/** Has a page's style sheets stand behind what it shows at once, which then does not wait for them. */
const paintFirst = (): Plugin => ({
  name: 'paint-first',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler(html) {
      if (!html.includes('id="opening"')) return html;
      const sheets = html.match(/ *<link rel="stylesheet"[^>]*>\n/g) ?? [];
      const rest = sheets.reduce((before, sheet) => before.replace(sheet, ''), html);
      return rest.replace(/ *<\/body>/, (end) => sheets.join('') + end);
    },
  },
});

/** The inline style sheets in a text of HTML. */
const stylesIn = (html: string) =>
  [...html.matchAll(/<style[^>]*>([^]*?)<\/style>/g)].map(([, style = '']) => style);

/** What a custom element of Media Chrome puts into its shadow tree; nothing in a module that is none. */
async function shadowTree(module: string): Promise<string> {
  const { default: element }: { default?: { getTemplateHTML?: unknown } } = await import(module);
  const html: unknown = typeof element?.getTemplateHTML === 'function' ? element.getTemplateHTML({}) : '';
  return String(html);
}

/**
 * Writes the hashes of all inline style sheets, the page's and those of Media Chrome's elements, of which pages
 * allow no others (server/http/guards/style-hashes.ts).
 */
function hashStyles(language: string): Plugin {
  let modules: string[] = [];
  return {
    name: 'hash-styles',
    apply: 'build',
    buildEnd() {
      modules = [...this.getModuleIds()].filter((id) => id.includes('/media-chrome/dist/'));
    },
    async writeBundle({ dir = '.' }) {
      const page = readFileSync(join(dir, `index.${language}.html`), 'utf8');
      const trees = await Promise.all(modules.map(shadowTree));
      const hashes = new Set(
        [page, ...trees]
          .flatMap(stylesIn)
          .map((style) => `sha256-${createHash('sha256').update(style).digest('base64')}`),
      );
      mkdirSync(join(dir, '.vite'), { recursive: true });
      writeFileSync(join(dir, '.vite', 'style-hashes.json'), JSON.stringify([...hashes].sort()));
    },
  };
}

/**
 * Libraries that have a file of their own, which stays as it is, and in caches, when our code changes. Those that
 * are loaded when they are needed (hls.js, Media Chrome) have one by that.
 */
const vendors = [
  { name: 'svelte', test: /\/node_modules\/(svelte|esm-env|clsx)\// },
  { name: 'livekit', test: /\/node_modules\/livekit-client\// },
  // With what of ours would be a file of a few hundred bytes.
  { name: 'contract', test: /\/node_modules\/(zod|@trpc)\/|\/sdk\/call-error\.ts$/ },
];

/** A build is in one language, which its mode names: `vite build --mode es`. All go into one folder. */
export default defineConfig(({ mode }) => {
  const language = [...languages, pseudo].includes(mode) ? mode : 'en';
  return {
    root: path('client'),
    // Where it is served is said by the page's <base>.
    base: './',
    plugins: [messages(language), svelte(), paintFirst(), hashStyles(language), precompress()],
    // Zod tries whether it may make code from text, which a page's Content-Security-Policy
    // forbids, and browsers complain of on the console.
    define: {
      'globalThis.__zod_globalConfig': JSON.stringify({ jitless: true }),
      LANGUAGES: JSON.stringify(languages),
    },
    build: {
      outDir: path('client/dist'),
      emptyOutDir: false,
      // Which files a page loads, for `client/weight.test.ts`.
      manifest: `.vite/manifest.${language}.json`,
      // Browsers without modulepreload load the same files, a little later.
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: [path('client/index.html'), path('client/recorder.html')],
        output: { codeSplitting: { groups: vendors } },
      },
    },
    server: {
      host: '127.0.0.1',
      port: Number(process.env.VITE_PORT ?? 6081),
      strictPort: true,
      proxy: {
        // With the browser's own Host, so that links begin as the page does.
        ...Object.fromEntries(appPaths.map((pattern) => [pattern, { target: app }])),
        // Pages whose address ends as a file's does.
        '^/(watch|embed)/[^/]+\\.mp4(\\?|$)': { target: app, bypass: () => '/index.html' },
      },
    },
  };
});
