import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

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

export default defineConfig({
  root: path('client'),
  // Where it is served is said by the page's <base>.
  base: './',
  plugins: [svelte()],
  // Zod tries whether it may make code from text, which a page's Content-Security-Policy
  // forbids, and browsers complain of on the console.
  define: { 'globalThis.__zod_globalConfig': JSON.stringify({ jitless: true }) },
  build: {
    outDir: path('client/dist'),
    emptyOutDir: true,
    rolldownOptions: { input: [path('client/index.html'), path('client/recorder.html')] },
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
});
