// Builds the published package: JavaScript, and self-contained declarations that include the types of the
// server's procedures.
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { build } from 'vite';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const entries = { index: path('index.ts') };
const folder = path('dist');
const dependencies = /^(@trpc\/|eventsource$|zod(\/|$))/;

await build({
  configFile: false,
  logLevel: 'warn',
  build: {
    outDir: folder,
    minify: false,
    target: 'es2022',
    lib: { entry: entries, formats: ['es'] },
    rolldownOptions: { external: dependencies },
  },
});

/** Modules that the declarations resolve to other paths. */
const elsewhere = new Map([['@reelroom/shared', path('../shared/index.ts')]]);

// Node's modules stay external; collaborators of the procedures are not part of their types.
const declarations = await rollup({
  input: entries,
  external: [dependencies, /^node:/],
  plugins: [
    { name: 'elsewhere', resolveId: (id) => elsewhere.get(id) ?? null },
    dts({ tsconfig: path('../tsconfig.json') }),
  ],
});
await declarations.write({ dir: folder });
