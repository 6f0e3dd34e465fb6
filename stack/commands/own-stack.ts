import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringUp, checkMachine } from './bring-up.ts';
import { buildClient } from '../programs/client-build.ts';
import { releaseDataFolder } from '../processes/data-folder.ts';
import { endNow } from '../processes/leftovers.ts';
import { untilInterrupted } from '../processes/lifetime.ts';
import { privateSettings } from '../lib/private-settings.ts';
import { root, type Environment, type Settings } from '../lib/settings.ts';
import { createSetup } from '../processes/setup.ts';
import { withStack } from '../processes/stack.ts';
import { step } from '../lib/step.mjs';

/** What a program gets that runs on a stack of its own. */
export interface OwnStack {
  /** The mark of its processes. */
  data: string;
  /** The environment variables that describe the stack. */
  env: Record<string, string>;
  /** Aborted when the stack has to end. */
  signal: AbortSignal;
}

/**
 * Brings up an isolated stack, runs `work` on it, and removes it with all its data; its logs are kept unless
 * `work` returns true. Failures are printed, not thrown.
 * @param purpose what it is for, in one word: `test`
 * @param environment overrides of the default settings
 * @returns whether `work` succeeded
 */
export async function onOwnStack(
  purpose: string,
  work: (stack: OwnStack) => Promise<boolean>,
  environment: Environment = {},
): Promise<boolean> {
  const settings = await privateSettings(mkdtempSync(join(tmpdir(), `reelroom-${purpose}-`)), environment);
  const { data } = settings;
  const interrupted = untilInterrupted(() => {
    endNow(data);
    releaseDataFolder(settings);
    rmSync(data, { recursive: true, force: true });
    process.exit(1);
  });
  let isWell = false;
  try {
    isWell = await withOwnStack(settings, interrupted, work);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  if (!isWell && !interrupted.aborted) keepLogs(data, purpose);
  rmSync(data, { recursive: true, force: true });
  return isWell;
}

/** The files of the checkout that end in `suffix`, among `paths` or in folders among them. */
export const filesAmong = (paths: string[], suffix: string): string[] =>
  paths.flatMap((path) => {
    const full = join(root, path);
    const found = statSync(full, { throwIfNoEntry: false });
    if (!found?.isDirectory()) return found && path.endsWith(suffix) ? [path] : [];
    return readdirSync(full, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith(suffix) && !/(^|\/)(node_modules|dist)\//.test(file))
      .sort()
      .map((file) => join(path, file));
  });

async function withOwnStack(
  settings: Settings,
  interrupted: AbortSignal,
  work: (stack: OwnStack) => Promise<boolean>,
): Promise<boolean> {
  const { config, data } = settings;
  const go = await checkMachine(settings, interrupted);
  return withStack(settings, interrupted, async (stack) => {
    const setup = createSetup(() => {});
    await step('Bringing up a stack of its own', async () => {
      await Promise.all([buildClient(settings, stack.signal), bringUp(settings, go, stack, setup)]);
    });
    const broken = setup.current().parts.find(({ state }) => state !== 'ready');
    if (broken) throw new Error(`${broken.name}: ${broken.step}`);

    // Fault tests find the parts' process ids in run/NAME.pid in the folder of REELROOM_STACK.
    const env = {
      LIVEKIT_URL: config.livekit.url,
      LIVEKIT_API_KEY: config.livekit.apiKey,
      LIVEKIT_API_SECRET: config.livekit.apiSecret,
      S3_ENDPOINT: config.s3.endpoint,
      S3_ACCESS_KEY: config.s3.accessKey ?? '',
      S3_SECRET_KEY: config.s3.secretKey ?? '',
      SERVER_PORT: String(config.port),
      APP_URL: config.appUrl,
      EGRESS_BACKUP_FOLDER: config.recordings.backupFolder ?? '',
    };
    return work({ data, env, signal: stack.signal });
  });
}

/** Copies the logs of a stack to the checkout's data folder. */
function keepLogs(data: string, purpose: string) {
  const from = join(data, 'logs');
  if (!statSync(from, { throwIfNoEntry: false })) return;
  const to = join(root, 'data', `${purpose}-logs`);
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
  console.log(`The logs of the stack are in ${to}`);
}
