import { join } from 'node:path';
import { messageProblems } from '../../client/messages/check.ts';
import { endNow } from '../processes/leftovers.ts';
import { untilInterrupted } from '../processes/lifetime.ts';
import { run } from '../processes/process.ts';
import { root } from '../lib/settings.ts';
import { elapsed } from '../lib/step.mjs';

const checks = [
  { name: 'Format', command: 'prettier', args: ['--check', '.'] },
  { name: 'Lint', command: 'eslint', args: ['.'] },
  { name: 'Types', command: 'tsc', args: ['--noEmit'] },
  { name: 'Unused', command: 'knip', args: ['--no-progress'] },
  { name: 'Svelte', command: 'svelte-check', args: ['--tsconfig', 'tsconfig.json', '--fail-on-warnings'] },
];

/** `npm run check`: runs all checks, also after one that failed. Returns whether all passed. */
export async function check(): Promise<boolean> {
  const data = `check ${process.pid}`;
  const signal = untilInterrupted(() => {
    endNow(data);
    process.exit(1);
  });
  const problems = await messageProblems();
  console.log(`Messages: ${problems.length === 0 ? 'good' : 'failed'}`);
  for (const problem of problems) console.log(problem);
  let allWell = problems.length === 0;
  for (const { name, command, args } of checks) {
    const began = Date.now();
    const bin = join(root, 'node_modules', '.bin', command);
    const { ok, output } = await run(bin, args, { cwd: root, data, signal });
    console.log(`${name}: ${ok ? 'good' : 'failed'} (${elapsed(began)})`);
    if (!ok) console.log(output.trimEnd());
    allWell &&= ok;
  }
  return allWell;
}
