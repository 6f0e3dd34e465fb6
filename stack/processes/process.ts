import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { mark } from './leftovers.ts';

/** How long a part may take from its start until it is up, in ms. */
const startDeadline = 60_000;

/** How a part of the stack is started, known to be up, and stopped. */
export interface PartSpec {
  /** Short and fit for a file name: its log is `logs/NAME.log`, its process id in `run/NAME.pid`. */
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Whether we send it messages (a Node program). */
  takesMessages?: boolean;
  /** Whether it is up; asked until it is. `log` is what it has written so far. */
  isUp: (log: string) => Promise<boolean>;
  /** Signals that ask it to stop, each with the time it has before the next, in ms; SIGKILL is the last. */
  stopBy: [NodeJS.Signals, number][];
}

/** A running part. */
export interface Part {
  name: string;
  /** Resolves when it is up; rejects when it ends before that, or takes too long. */
  up: Promise<void>;
  /** Resolves when it has ended, for whatever reason, with how it did and its last words. */
  ended: Promise<string>;
  send: (message: object) => void;
  stop: () => Promise<void>;
}

/** Starts a part in a process group of its own, so that a Ctrl-C in the terminal reaches only us. */
export function startPart(spec: PartSpec, data: string): Part {
  const logFile = join(data, 'logs', `${spec.name}.log`);
  const pidFile = join(data, 'run', `${spec.name}.pid`);
  const log = openSync(logFile, 'a');
  const logStart = statSync(logFile).size;
  const logged = () => readFileSync(logFile).subarray(logStart).toString();
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    detached: true,
    env: { ...process.env, ...spec.env, [mark]: data },
    stdio: ['ignore', log, log, ...(spec.takesMessages ? ['ipc' as const] : [])],
  });
  closeSync(log);
  if (child.pid) writeFileSync(pidFile, String(child.pid));

  let hasEnded = false;
  const ended = new Promise<string>((resolve) => {
    const end = (how: string) => {
      hasEnded = true;
      rmSync(pidFile, { force: true });
      resolve([`${spec.name} ${how}; its log is ${logFile}`, ...lastLines(logged())].join('\n'));
    };
    child.on('error', (error) => {
      if (!child.pid) end(`could not be started: ${error.message}`);
    });
    child.on('exit', (code, signal) => end(`ended (${signal ?? `exit code ${code}`})`));
  });

  const comesUp = async () => {
    for (const deadline = Date.now() + startDeadline; !hasEnded; await sleep(50)) {
      if (await spec.isUp(logged())) return;
      if (Date.now() > deadline) {
        throw new Error(
          [`${spec.name} is not up after ${startDeadline / 1000} s`, ...lastLines(logged())].join('\n'),
        );
      }
    }
    throw new Error(await ended);
  };
  const up = comesUp();
  // Whoever stops the part may never ask whether it came up.
  up.catch(() => {});

  return {
    name: spec.name,
    up,
    ended,
    send: (message) => {
      if (child.connected) child.send(message, () => {});
    },
    stop: async () => {
      for (const [signal, time] of [...spec.stopBy, ['SIGKILL', 5_000] as const]) {
        if (hasEnded) return;
        child.kill(signal);
        await Promise.race([ended, sleep(time)]);
      }
    },
  };
}

const lastLines = (log: string) =>
  log
    .trimEnd()
    .split('\n')
    .slice(-15)
    .map((line) => `  ${line.slice(0, 500)}`);

/** What a program that runs to its end is given. */
export interface RunOptions {
  cwd: string;
  /** The mark that it is found by, should it be left behind. */
  data: string;
  env?: Record<string, string>;
  /** Stops it. */
  signal: AbortSignal;
  /** Hears each line of its standard output; what it writes to standard error is then shown, not returned. */
  onLine?: (line: string) => void;
}

/** Runs a program to its end, in a process group of its own that ends with us. */
export async function run(
  command: string,
  args: string[],
  { cwd, data, env, signal, onLine }: RunOptions,
): Promise<{ ok: boolean; output: string }> {
  signal.throwIfAborted();
  const child = spawn(command, args, {
    cwd,
    detached: true,
    env: { ...process.env, ...env, [mark]: data },
    stdio: ['ignore', 'pipe', onLine ? 'inherit' : 'pipe'],
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  if (child.stdout && onLine) createInterface(child.stdout).on('line', onLine);
  const stop = () => void endGroup(child);
  signal.addEventListener('abort', stop);
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      chunks.push(Buffer.from(error.message));
      resolve(null);
    });
    child.on('close', resolve);
  });
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  return { ok: code === 0, output: Buffer.concat(chunks).toString() };
}

async function endGroup({ pid, exitCode }: ChildProcess) {
  if (!pid || exitCode !== null) return;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(-pid, signal);
    } catch {
      return; // Nobody of the group is left.
    }
    await sleep(2_000, undefined, { ref: false });
  }
}
