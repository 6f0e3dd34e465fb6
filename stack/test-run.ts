import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringUp, checkMachine } from './bring-up.ts';
import { buildClient } from './client-build.ts';
import { releaseDataFolder } from './data-folder.ts';
import { endNow } from './leftovers.ts';
import { untilInterrupted } from './lifetime.ts';
import { freePorts } from './ports.ts';
import { run } from './process.ts';
import { type Environment, readSettings, root, type Settings } from './settings.ts';
import { createSetup } from './setup.ts';
import { withStack } from './stack.ts';
import { step } from './step.mjs';
import { brief, type Count, countTap } from './tap.ts';

const everything = ['shared/test', 'server/test', 'client/test', 'stack/test', 'e2e'];

/** How long all tests together may take, in ms. */
const deadline = 14 * 60_000;

/**
 * `npm test`: runs test files, or those in the folders named, by default all, on a stack
 * of its own. Says `N passed, N failed` last; whether all is well is returned.
 */
export async function test(named: string[]): Promise<boolean> {
  const settings = await testSettings(mkdtempSync(join(tmpdir(), 'reelroom-test-')));
  const { data } = settings;
  const interrupted = untilInterrupted(() => {
    endNow(data);
    releaseDataFolder(settings);
    rmSync(data, { recursive: true, force: true });
    process.exit(1);
  });
  let count: Count = { passed: 0, failed: 1 };
  try {
    const paths = named.length > 0 ? named : everything;
    const files = paths.flatMap(testFiles);
    if (files.length === 0) throw new Error(`There are no tests in ${paths.join(', ')}`);
    const { passed, failed } = await runOnStack(settings, files, interrupted);
    if (passed + failed > 0) count = { passed, failed };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  if (count.failed > 0 && !interrupted.aborted) keepLogs(data);
  rmSync(data, { recursive: true, force: true });
  console.log(`${count.passed} passed, ${count.failed} failed`);
  return count.failed === 0;
}

/** A test file, or those in a folder that may not be there. */
function testFiles(path: string): string[] {
  const full = join(root, path);
  if (!statSync(full, { throwIfNoEntry: false })?.isDirectory())
    return path.endsWith('.test.ts') ? [path] : [];
  return readdirSync(full, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .sort()
    .map((file) => join(path, file));
}

/** Settings of a stack that disturbs no other: free ports, and nothing from our own environment. */
async function testSettings(data: string): Promise<Settings> {
  const ours =
    /^(LIVEKIT|S3|REELROOM|MAX|WEBHOOK)_|^(APP_URL|HOST|AWS_REGION|RECORDINGS_PATH|RECORDING_FILE_PORTION_SIZE|EMPTY_ROOM_SECONDS|CRASH_SAFE|REDIS_URL)$/;
  const cache = process.env.REELROOM_CACHE;
  const env: Environment = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name))),
    ...(cache && { REELROOM_CACHE: cache }),
  };
  const [app, livekit, livekitTcp, s3, redis, ...udp] = await freePorts(60);
  return readSettings({
    ...env,
    REELROOM_DATA: data,
    SERVER_PORT: String(app),
    LIVEKIT_PORT: String(livekit),
    LIVEKIT_TCP_PORT: String(livekitTcp),
    LIVEKIT_UDP_PORTS: `${udp.at(0)}-${udp.at(-1)}`,
    S3_PORT: String(s3),
    REDIS_PORT: String(redis),
  });
}

async function runOnStack(settings: Settings, files: string[], interrupted: AbortSignal): Promise<Count> {
  const { config, data } = settings;
  const go = await checkMachine(settings, interrupted);
  return withStack(settings, interrupted, async (stack) => {
    const setup = createSetup(() => {});
    await step('Bringing up a stack for the tests', async () => {
      await Promise.all([buildClient(settings, stack.signal), bringUp(settings, go, stack, setup)]);
    });
    const broken = setup.current().parts.find(({ state }) => state !== 'ready');
    if (broken) throw new Error(`${broken.name}: ${broken.step}`);

    const lines: string[] = [];
    const worthShowing = brief();
    const onLine = (line: string) => {
      lines.push(line);
      for (const shown of worthShowing(line)) console.log(shown);
    };
    // All that a test needs to know of the stack; a test that makes faults finds the
    // parts' process ids in run/NAME.pid in the folder that REELROOM_STACK names.
    const env = {
      LIVEKIT_URL: config.livekit.url,
      LIVEKIT_API_KEY: config.livekit.apiKey,
      LIVEKIT_API_SECRET: config.livekit.apiSecret,
      S3_ENDPOINT: config.s3.endpoint,
      S3_ACCESS_KEY: config.s3.accessKey,
      S3_SECRET_KEY: config.s3.secretKey,
      SERVER_PORT: String(config.port),
      APP_URL: config.appUrl,
    };
    const late = AbortSignal.timeout(deadline);
    const signal = AbortSignal.any([stack.signal, late]);
    const bin = join(root, 'node_modules', '.bin', 'tap');
    const args = ['--jobs=1', '--reporter=tap', ...files];
    const { ok } = await run(bin, args, { cwd: root, data, env, signal, onLine }).catch((error: unknown) => {
      if (!late.aborted) throw error;
      console.error(`The tests took longer than ${deadline / 60_000} minutes and were ended`);
      return { ok: false };
    });
    const count = countTap(lines.join('\n'));
    return ok || count.failed > 0 ? count : { ...count, failed: 1 };
  });
}

/** Copies the logs of a stack whose tests failed to where they are found. */
function keepLogs(data: string) {
  const from = join(data, 'logs');
  if (!statSync(from, { throwIfNoEntry: false })) return;
  const to = join(root, 'data', 'test-logs');
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
  console.log(`The logs of the stack are in ${to}`);
}
