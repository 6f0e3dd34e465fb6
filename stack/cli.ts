import { audit } from './commands/audit.ts';
import { bench } from './commands/bench.ts';
import { check } from './commands/check.ts';
import { docs } from './commands/docs.ts';
import { printPasswordHash } from './commands/hash-password.ts';
import { makeKey } from './commands/make-key.ts';
import { makeSecret } from './commands/make-secret.ts';
import { pack } from './commands/pack.ts';
import { reindex } from './commands/reindex.ts';
import { start } from './commands/start.ts';
import { test, testAll, testOnMinio } from './commands/test.ts';

const [command = '', ...files] = process.argv.slice(2);

const commands: Record<string, () => Promise<boolean | void>> = {
  start: () => start({ hotReload: false }),
  dev: () => start({ hotReload: true }),
  test: () => test(files),
  'test:all': testAll,
  'test:minio': () => testOnMinio(files),
  bench: () => bench(files),
  check,
  audit,
  docs,
  reindex,
  pack: () => pack(files[0]),
  'hash-password': printPasswordHash,
  'make-secret': async () => makeSecret(),
  'make-key': () => makeKey(files),
};

try {
  const work = commands[command];
  if (!work) throw new Error(`Usage: node stack/run.mjs ${Object.keys(commands).join(' | ')}`);
  process.exit((await work()) === false ? 1 : 0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
