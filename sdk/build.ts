// Makes what is published of this package: JavaScript, and declarations that stand by
// themselves, with the types of the server's procedures in them.
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

/** What the declarations of the server's procedures name by other paths, or should not name at all. */
const elsewhere = new Map([['@reelroom/shared', path('../shared/index.ts')]]);

// What the procedures delegate to is left out, and so is what that imports.
const declarations = await rollup({
  input: entries,
  external: [dependencies, /^node:/],
  plugins: [
    { name: 'elsewhere', resolveId: (id) => elsewhere.get(id) ?? null },
    dts({ tsconfig: path('../tsconfig.json') }),
  ],
});
await declarations.write({ dir: folder });
