import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of build output, which are not sources. */
const made = new Set(['node_modules', 'dist']);

const filesOf = (path: string): string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => !made.has(name))
        .sort()
        .flatMap((name) => filesOf(join(path, name)))
    : [path];

/** A hash of `paths` (files or folders in `folder`) and `facts`. */
export function fingerprint(folder: string, paths: string[], facts: string[] = []): string {
  const hash = createHash('sha256').update(JSON.stringify(facts));
  for (const file of paths.flatMap((path) => filesOf(join(folder, path)))) {
    hash.update(JSON.stringify([file.slice(folder.length), readFileSync(file, 'base64')]));
  }
  return hash.digest('hex').slice(0, 16);
}
