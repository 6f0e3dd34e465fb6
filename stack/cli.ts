import { bench } from './bench-run.ts';
import { check } from './check.ts';
import { docs } from './docs.ts';
import { pack } from './pack.ts';
import { reindex } from './reindex.ts';
import { start } from './start.ts';
import { test, testOnMinio } from './test-run.ts';

const [command = '', ...files] = process.argv.slice(2);

const commands: Record<string, () => Promise<boolean | void>> = {
  start: () => start({ hotReload: false }),
  dev: () => start({ hotReload: true }),
  test: () => test(files),
  'test:minio': () => testOnMinio(files),
  bench: () => bench(files),
  check,
  docs,
  reindex,
  pack: () => pack(files[0]),
};

try {
  const work = commands[command];
  if (!work) throw new Error(`Usage: node stack/run.mjs ${Object.keys(commands).join(' | ')}`);
  process.exit((await work()) === false ? 1 : 0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
