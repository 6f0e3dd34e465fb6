import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { Manifest } from 'vite';
import { languages } from './messages/vite-plugin.ts';

const file = (name: string) => fileURLToPath(new URL(`dist/${name}`, import.meta.url));

/** What a page needs before it can be used, and what all of its JavaScript may weigh as it is sent, in bytes. */
const pages = {
  join: { most: 45_000, parts: ['index.html'] },
  room: { most: 215_000, parts: ['index.html', 'pages/room/RoomPage.svelte'] },
  library: { most: 73_000, parts: ['index.html', 'pages/library/LibraryPage.svelte'] },
  watch: { most: 110_000, parts: ['index.html', 'pages/watch/WatchPage.svelte', 'player/controls.ts'] },
  embed: { most: 110_000, parts: ['index.html', 'pages/embed/EmbedPage.svelte', 'player/controls.ts'] },
  recorder: { most: 150_000, parts: ['recorder.html'] },
};

/** The files that are loaded with a part, by what it imports; what it may ask for later is not among them. */
function filesOf(manifest: Manifest, part: string): string[] {
  const chunk = manifest[part];
  if (!chunk) throw new Error(`${part} is not built as a file of its own`);
  return [chunk.file, ...(chunk.imports ?? []).flatMap((name) => filesOf(manifest, name))];
}

/** A file as the app sends it to a browser: compressed by Brotli, where that is worth it. */
const sent = (name: string) => {
  const path = file(name);
  return readFileSync(existsSync(`${path}.br`) ? `${path}.br` : path).length;
};

for (const language of languages)
  t.test(`no page loads more than it may: ${language}`, async (t) => {
    const manifest: Manifest = JSON.parse(readFileSync(file(`.vite/manifest.${language}.json`), 'utf8'));
    for (const [page, { most, parts }] of Object.entries(pages)) {
      const files = [...new Set(parts.flatMap((part) => filesOf(manifest, part)))];
      const weight = files.reduce((sum, name) => sum + sent(name), 0);
      t.ok(weight <= most, `${page}: ${(weight / 1000).toFixed(1)} of ${most / 1000} kB`, { files });
    }
  });
