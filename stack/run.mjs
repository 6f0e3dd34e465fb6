// The way in: `node stack/run.mjs start | dev | test [files…] | test:all | test:minio | bench [files…] | check | audit |
// docs | reindex | pack [folder] | hash-password | make-secret | make-key …`. Plain JavaScript, for Node from version 20
// and with nothing installed: it finds a Node that is new enough, installs the workspace, then hands over to cli.ts.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchNode, isNewEnough, runWith } from './lib/node.mjs';
import { step } from './lib/step.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Runs pnpm in a process group of its own, which ends with us. */
function install() {
  const child = spawn('npx', ['--yes', packageManager, 'install', '--frozen-lockfile'], {
    cwd: root,
    detached: true,
    // With CI set pnpm asks no questions.
    env: { ...process.env, CI: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));

  const stop = () => {
    process.exitCode = 0;
    kill(child.pid);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.once(signal, stop);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      for (const signal of signals) process.off(signal, stop);
      if (code === 0) resolve();
      else if (process.exitCode === 0) process.exit();
      else reject(new Error(`${packageManager} could not install the workspace:\n${output.trimEnd()}`));
    });
  });
}

function kill(group) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}

const stamp = join(root, 'node_modules', '.reelroom-install');
const lockfile = createHash('sha256')
  .update(readFileSync(join(root, 'pnpm-lock.yaml')))
  .digest('hex');
const installed = () => {
  try {
    return readFileSync(stamp, 'utf8') === lockfile;
  } catch {
    return false;
  }
};

/** Does what was asked for, with the Node that runs this. */
async function go() {
  // What some commands print is for other commands.
  if (!/^(hash|make)-/.test(process.argv[2] ?? ''))
    console.log(`Node ${process.versions.node} (${process.execPath})`);
  // The launcher that started this Node was killed.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
  if (!installed()) {
    await step('Installing the workspace', install);
    writeFileSync(stamp, lockfile);
  }
  await import('./cli.ts');
}

try {
  if (isNewEnough(process.versions.node)) await go();
  else runWith(await fetchNode(process.env), process.argv.slice(1), process.env);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
