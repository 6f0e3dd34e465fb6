import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { languages } from '../../client/messages/vite-plugin.ts';
import { fingerprint } from '../lib/fingerprint.ts';
import { run } from '../processes/process.ts';
import { root, type Settings } from '../lib/settings.ts';
import { step } from '../lib/step.mjs';

const dist = join(root, 'client', 'dist');
const stamp = join(dist, '.reelroom-build');

const built = () => {
  try {
    return readFileSync(stamp, 'utf8');
  } catch {
    return undefined;
  }
};

/** Builds the web client in each language, unless it is built from the same sources. */
export async function buildClient({ data }: Settings, signal: AbortSignal): Promise<void> {
  const sources = fingerprint(root, ['client', 'shared', 'sdk', 'vite.config.ts', 'pnpm-lock.yaml']);
  if (built() === sources) return;
  await step('Building the client', async () => {
    const vite = join(root, 'node_modules', '.bin', 'vite');
    rmSync(dist, { recursive: true, force: true });
    const builds = languages.map((language) =>
      run(vite, ['build', '--mode', language], { cwd: root, data, signal }),
    );
    for (const { ok, output } of await Promise.all(builds))
      if (!ok) throw new Error(`The client could not be built:\n${output.trimEnd()}`);
  });
  writeFileSync(stamp, sources);
}
