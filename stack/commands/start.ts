import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Setup } from '../../shared/api/system-status.ts';
import { bringUp, checkMachine } from './bring-up.ts';
import { buildClient } from '../programs/client-build.ts';
import { releaseDataFolder } from '../processes/data-folder.ts';
import { endNow } from '../processes/leftovers.ts';
import { Interrupted, untilInterrupted } from '../processes/lifetime.ts';
import { appPart, vitePart } from '../processes/parts.ts';
import type { Part } from '../processes/process.ts';
import { readSettings, root, type Settings } from '../lib/settings.ts';
import { createSetup } from '../processes/setup.ts';
import { type Stack, whenAborted, withStack } from '../processes/stack.ts';

/**
 * `npm start`, and with `hotReload` `npm run dev`: serves the app until interrupted.
 * @throws when a part fails
 */
export async function start({ hotReload }: { hotReload: boolean }): Promise<void> {
  const dotEnv = join(root, '.env');
  // The environment takes precedence.
  if (existsSync(dotEnv)) process.loadEnvFile(dotEnv);
  const settings = readSettings(process.env, hotReload);
  const interrupted = untilInterrupted(() => {
    endNow(settings.data);
    releaseDataFolder(settings);
    process.exit(1);
  });
  try {
    const go = await checkMachine(settings, interrupted);
    await withStack(settings, interrupted, async (stack) => {
      await buildClient(settings, stack.signal);
      const setup = createSetup((state) => stack.send('app', state));
      const page = hotReload
        ? showReloading(settings, stack, setup.current)
        : showBuilt(settings, stack, setup.current);
      await Promise.all([page, bringUp(settings, go, stack, setup)]);
      await whenAborted(stack.signal);
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
}

/** Serves the built client, and restarts the app whenever it ends. */
async function showBuilt(settings: Settings, stack: Stack, setup: () => Setup): Promise<void> {
  const up = stack.keep(appPart(settings), (ended) => {
    if (ended === undefined) stack.send('app', setup());
    console.log(ended === undefined ? 'The app is up again' : `${ended}: restarting it`);
  });
  stack.send('app', setup());
  await up;
  const { publicUrl, appUrl, basePath } = settings.config;
  console.log(`Reelroom is at ${publicUrl ?? appUrl + basePath}`);
}

/** Serves the client from Vite, and restarts the app whenever its source changes. */
async function showReloading(settings: Settings, stack: Stack, setup: () => Setup): Promise<void> {
  const launch = (): Part => {
    const part = stack.launch(appPart(settings), (how) =>
      console.error(`${how}\nIt is started again when its source changes.`),
    );
    part.send(setup());
    return part;
  };
  let app = launch();
  let reloads = Promise.resolve();
  let soon: NodeJS.Timeout | undefined;
  const reload = async () => {
    await app.stop();
    if (!stack.signal.aborted) app = launch();
  };
  for (const folder of ['server', 'shared']) {
    watch(join(root, folder), { recursive: true, signal: stack.signal }, (_, file) => {
      if (!file?.endsWith('.ts')) return;
      // An editor may write several files at once.
      clearTimeout(soon);
      soon = setTimeout(() => (reloads = reloads.then(reload)), 200);
    });
  }
  await Promise.all([app.up, stack.launch(vitePart(settings)).up]);
  console.log(`Reelroom is at http://localhost:${settings.ports.vite}, and reloads when its source changes`);
}
