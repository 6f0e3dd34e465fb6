import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const hashesSchema = z.array(z.string().regex(/^sha256-[\w+/]+=*$/));

/**
 * The hashes (CSP Level 3, "hash-source") of the styles that the built client has in its page and in the shadow
 * trees of its player, by which alone an inline style applies; none where nothing is built.
 * @param root the folder that Vite built
 */
export function readStyleHashes(root: string): string[] {
  const path = join(root, '.vite', 'style-hashes.json');
  return existsSync(path) ? hashesSchema.parse(JSON.parse(readFileSync(path, 'utf8'))) : [];
}
