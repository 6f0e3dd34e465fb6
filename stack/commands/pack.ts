import { join, resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { endNow } from '../processes/leftovers.ts';
import { untilInterrupted } from '../processes/lifetime.ts';
import { run } from '../processes/process.ts';
import { root } from '../lib/settings.ts';
import { step } from '../lib/step.mjs';

/** `npm run pack`: packs `sdk/` for publishing into `folder`, by default the current one. */
export async function pack(folder = '.'): Promise<void> {
  const data = `pack ${process.pid}`;
  const signal = untilInterrupted(() => {
    endNow(data);
    process.exit(1);
  });
  await step('Packing the typed client', async () => {
    const args = ['--yes', packageJson.packageManager, 'pack', '--pack-destination', resolve(folder)];
    const { ok, output } = await run('npx', args, { cwd: join(root, 'sdk'), data, signal });
    if (!ok) throw new Error(`The typed client could not be packed:\n${output.trimEnd()}`);
  });
}
