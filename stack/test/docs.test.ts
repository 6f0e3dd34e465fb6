import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { documents } from '../commands/docs.ts';
import { filesAmong } from '../commands/own-stack.ts';
import { root } from '../lib/settings.ts';

t.test('the docs say of errors and access what the code does: if not, npm run docs', async (t) => {
  for (const [path, text] of await documents()) t.equal(readFileSync(path, 'utf8'), text, path);
});

t.test('what README and docs name of the folders is there', async (t) => {
  const documents = ['README.md', 'CONTRIBUTING.md', ...filesAmong(['docs'], '.md')];
  for (const document of documents) {
    const text = readFileSync(join(root, document), 'utf8');
    const named = text.matchAll(/(?<![\w@./-])(?:server|client|shared|sdk|stack|e2e|bench)\/[\w./-]*\w/g);
    for (const [path] of named) t.ok(existsSync(join(root, path)), `${document}: ${path}`);
  }
});
