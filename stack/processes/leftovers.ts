import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The environment variable that marks every process of a stack with the stack's data folder. */
export const mark = 'REELROOM_STACK';

/** How long a recorder may take to end its recording and upload it, in ms. */
export const recordingGrace = 50_000;

/** A process: ids are reused, but with its start time it is unique. */
interface Process {
  pid: number;
  parent: number;
  startedAt: string;
  /** The name of its program, cut at 15 characters. */
  program: string;
  zombie: boolean;
}

function readProcess(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name is in parentheses and may hold anything, parentheses too.
    const program = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(parent), startedAt: rest[17] ?? '', program, zombie: state === 'Z' };
  } catch {
    return undefined;
  }
}

function isMarked(pid: number, data: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${mark}=${data}`);
  } catch {
    return false;
  }
}

/** All processes but this one. */
const allProcesses = (): Process[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap((name) => readProcess(Number(name)) ?? [])
    .filter(({ zombie }) => !zombie);

/** The ids in `pids`, and those of all their descendants among `all`. */
function withDescendants(pids: Iterable<number>, all: readonly Process[]): Set<number> {
  const found = new Set(pids);
  // A child may have a lower id than its parent: repeat until nothing is new.
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return found;
}

const ofStack = (data: string, all: readonly Process[]): Process[] => {
  const marked = all.filter(({ pid }) => isMarked(pid, data)).map(({ pid }) => pid);
  const found = withDescendants(marked, all);
  return all.filter(({ pid }) => found.has(pid));
};

/**
 * Every process of the stack whose data folder is `data`, without this one: those with its mark, and their
 * children (Chromium's overwrite their environment).
 */
export const processesOf = (data: string): Process[] => ofStack(data, allProcesses());

/** The processes of a stack that are no longer descendants of ours, by whatever processes between. */
export function orphansOf(data: string): Process[] {
  const all = allProcesses();
  const ours = withDescendants([process.pid], all);
  return ofStack(data, all).filter(({ pid }) => !ours.has(pid));
}

const lives = ({ pid, startedAt }: Process) => {
  const now = readProcess(pid);
  return now !== undefined && now.startedAt === startedAt && !now.zombie;
};

function signalAll(processes: Process[], signal: NodeJS.Signals) {
  for (const one of processes.filter(lives)) {
    try {
      process.kill(one.pid, signal);
    } catch {
      // It has ended since.
    }
  }
}

async function haveEnded(processes: Process[], within: number): Promise<boolean> {
  for (const deadline = Date.now() + within; processes.some(lives); await sleep(50)) {
    if (Date.now() > deadline) return false;
  }
  return true;
}

/** Ends `processes`; recorders end their recordings first. */
export async function end(processes: Process[]): Promise<void> {
  const recorders = processes.filter(({ program }) => program === 'egress');
  signalAll(recorders, 'SIGINT');
  await haveEnded(recorders, recordingGrace);
  signalAll(processes, 'SIGTERM');
  if (!(await haveEnded(processes, 3_000))) signalAll(processes, 'SIGKILL');
  await haveEnded(processes, 3_000);
}

/** Kills every process of the stack, repeatedly until none is left. */
export function endNow(data: string): void {
  for (let left = processesOf(data); left.length > 0; left = processesOf(data)) signalAll(left, 'SIGKILL');
}
