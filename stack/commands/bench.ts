import { filesAmong, onOwnStack } from './own-stack.ts';
import { run } from '../processes/process.ts';
import { root } from '../lib/settings.ts';

/**
 * `npm run bench`: runs benchmarks, programs in `bench/` (without `bench/support/`) that print their results,
 * by default all, one after the other on a stack of its own. Returns whether all completed; the results are
 * for people to judge.
 */
export async function bench(named: string[]): Promise<boolean> {
  const paths = named.length > 0 ? named : ['bench'];
  const files = filesAmong(paths, '.ts').filter((file) => !file.includes('/support/'));
  if (files.length === 0) throw new Error(`There are no benchmarks in ${paths.join(', ')}`);
  return onOwnStack('bench', async ({ data, env, signal }) => {
    let allWell = true;
    for (const file of files) {
      console.log(`\n${file}`);
      const args = ['--expose-gc', file];
      const { ok } = await run(process.execPath, args, {
        ...{ cwd: root, data, env, signal },
        onLine: (line) => console.log(line),
      });
      allWell &&= ok;
    }
    return allWell;
  });
}
