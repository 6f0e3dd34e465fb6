import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fingerprint } from '../lib/fingerprint.ts';

t.test('a fingerprint changes with what is built, and with nothing else', async (t) => {
  const folder = t.testdir({ 'go.mod': 'module m', src: { 'main.go': 'package main' }, 'README.md': 'x' });
  const now = (facts = ['go1.26.8']) => fingerprint(folder, ['go.mod', 'src'], facts);
  const first = now();
  t.equal(now(), first);

  writeFileSync(join(folder, 'README.md'), 'y');
  mkdirSync(join(folder, 'src', 'node_modules'));
  writeFileSync(join(folder, 'src', 'node_modules', 'x.js'), 'x');
  t.equal(now(), first, 'other files and what is installed do not count');

  t.not(now(['go1.27.0']), first, 'a fact');
  writeFileSync(join(folder, 'src', 'main.go'), 'package main // changed');
  const changed = now();
  t.not(changed, first, 'a content');
  renameSync(join(folder, 'src', 'main.go'), join(folder, 'src', 'other.go'));
  t.not(now(), changed, 'a name');
});
