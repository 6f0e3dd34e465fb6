import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { end, processesOf } from './leftovers.ts';
import { egressFolder } from './parts.ts';
import type { Settings } from '../lib/settings.ts';

/** The size from which a log is truncated, in bytes; the previous content is kept once, as `NAME.log.old`. */
const longestLog = 20 * 1024 * 1024;

/**
 * Claims the data folder: no other launcher runs in it, nothing is left of one that was killed, its folders
 * exist and its logs are empty.
 */
export async function claimDataFolder({ data, runtime }: Settings): Promise<void> {
  const run = join(data, 'run');
  const launcher = join(run, 'launcher.pid');
  const other = runningLauncher(launcher);
  if (other) {
    throw new Error(
      `Reelroom already runs with the data folder ${data} (process ${other}):` +
        ' end it first, or set REELROOM_DATA to another folder.',
    );
  }
  const left = processesOf(data);
  if (left.length > 0) {
    console.log('Ending what an earlier start has left behind …');
    await end(left);
  }
  for (const folder of [run, join(data, 'logs'), runtime]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(runtime, { mode: 0o700 });
  for (const folder of [run, join(data, 'logs'), join(data, 's3'), egressFolder(runtime)]) {
    mkdirSync(folder, { recursive: true });
  }
  writeFileSync(launcher, String(process.pid));
}

/** Removes what only a running stack needs. */
export function releaseDataFolder({ data, runtime }: Settings): void {
  for (const folder of [join(data, 'run'), runtime]) rmSync(folder, { recursive: true, force: true });
}

function runningLauncher(file: string): string | undefined {
  try {
    const pid = readFileSync(file, 'utf8');
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('stack/run.mjs') ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Truncates logs that are too long; their writers append, and are not affected. */
export function shortenLogs({ data }: Settings): void {
  const folder = join(data, 'logs');
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.log'))) {
    const file = join(folder, name);
    if (statSync(file).size <= longestLog) continue;
    copyFileSync(file, `${file}.old`);
    truncateSync(file);
  }
}
