import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { constants, homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { step } from './step.mjs';

/** What is taken from npm where the machine's own Node is older than `oldest`. */
const version = '24.21.0';
const oldest = [22, 19];

/** Whether the Node of that version strips types and has all else that Reelroom needs. */
export function isNewEnough(running) {
  const [major, minor] = running.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/** Where programs are kept that are fetched or built once for all checkouts. */
export const cacheFolder = (env) =>
  env.REELROOM_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'reelroom');

/**
 * Has Node 24 from the npm registry, fetched once per machine.
 * @returns the path of its `node`, in a folder with nothing else that is executable
 * @throws when npm has none for this machine, or cannot be reached
 */
export async function fetchNode(env) {
  // It holds the binary; the package `node` is a script that installs the right one of them.
  const name = `node-${process.platform}-${process.arch}`;
  const cache = cacheFolder(env);
  const folder = join(cache, `${name}-${version}`);
  const node = join(folder, 'bin', 'node');
  if (existsSync(node)) return node;

  mkdirSync(cache, { recursive: true });
  removeUnfinished(cache, `${name}-${version}.`);
  // Renamed atomically, so that concurrent launchers do not interfere.
  const unfinished = mkdtempSync(`${folder}.${process.pid}-`);
  const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', unfinished];
  await step(`Fetching Node ${version} from npm, only once`, async () => {
    try {
      await promisify(execFile)('npm', ['install', ...options, `${name}@${version}`], { env });
      const fetched = join(unfinished, 'node_modules', name);
      await promisify(execFile)(join(fetched, 'bin', 'node'), ['--version']);
      renameSync(fetched, folder);
    } catch (error) {
      // Another launcher was first.
      if (!existsSync(node))
        throw new Error(`Node ${version} could not be taken from npm: ${error.message}`, { cause: error });
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  });
  return node;
}

/** Removes what killed launchers left of their downloads. */
function removeUnfinished(cache, prefix) {
  for (const name of readdirSync(cache).filter((name) => name.startsWith(prefix))) {
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    try {
      process.kill(pid, 0);
    } catch {
      rmSync(join(cache, name), { recursive: true, force: true });
    }
  }
}

/**
 * Runs this very program with another Node, first in the PATH of all that it starts, and
 * ends as it does. It gets the signals that come here, and hears when we are killed.
 */
export function runWith(node, [script, ...args], env) {
  const path = [dirname(node), env.PATH].join(delimiter);
  const child = spawn(node, [script, ...args], {
    env: { ...env, PATH: path },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`Node ${version} could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
