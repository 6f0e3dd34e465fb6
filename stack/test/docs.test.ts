import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { apiDocument } from '../docs.ts';
import { root } from '../settings.ts';

t.test('docs/api.md says of errors what the code does: if not, npm run docs', async (t) => {
  t.equal(readFileSync(join(root, 'docs', 'api.md'), 'utf8'), await apiDocument());
});
