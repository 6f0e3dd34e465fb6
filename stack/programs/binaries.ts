import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fingerprint } from '../lib/fingerprint.ts';
import { cacheFolder } from '../lib/node.mjs';
import { run } from '../processes/process.ts';
import { root, type Settings } from '../lib/settings.ts';
import { step } from '../lib/step.mjs';

/** A program that is built from one of the Go modules in `stack/go`, which pin its version. */
export interface Binary {
  /** The file's name. */
  name: string;
  /** The folder of its module in `stack/go`. */
  module: string;
  /** The package with its `main`. */
  package: string;
  /** The name of its build step, with its duration on two cores. */
  step: string;
}

export const binaries = {
  s3: {
    name: 'versitygw',
    module: 'versitygw',
    package: 'github.com/versity/versitygw/cmd/versitygw',
    step: 'Building S3 (versitygw), only once, some 3 minutes',
  },
  minio: {
    name: 'minio',
    module: 'minio',
    package: 'github.com/minio/minio',
    step: 'Building a second S3 (MinIO), only once, some 4 minutes',
  },
  livekit: {
    name: 'livekit-server',
    module: 'livekit',
    package: 'github.com/livekit/livekit-server/cmd/server',
    step: 'Building LiveKit, only once, some 4 minutes',
  },
  egress: {
    name: 'egress',
    module: 'egress',
    package: '.',
    step: 'Building Egress (the recorder), only once, some 6 minutes',
  },
} satisfies Record<string, Binary>;

/**
 * The version of `go` in the PATH.
 * @throws when there is none, or it is too old
 */
export async function goVersion({ data }: Settings, signal: AbortSignal): Promise<string> {
  const cwd = join(root, 'stack', 'go', binaries.livekit.module);
  const wanted = /^go (\d+\.\d+)/m.exec(readFileSync(join(cwd, 'go.mod'), 'utf8'))?.[1] ?? '';
  const { ok, output } = await run('go', ['env', 'GOVERSION'], { cwd, data, signal });
  const version = output.trim();
  if (ok && isAtLeast(version, wanted)) return version;
  throw new Error(
    `LiveKit, Egress and the S3 server are built with Go ${wanted} or newer: install it and put it into the PATH` +
      ` (found: ${ok ? version : 'none that works'}), or set LIVEKIT_URL and S3_ENDPOINT to servers that you run.`,
  );
}

/** Whether Go's own version name, such as `go1.26.8`, is `wanted` (`1.26`) or newer. */
export function isAtLeast(version: string, wanted: string): boolean {
  const numbers = (text: string) => (/\d+\.\d+/.exec(text)?.[0] ?? '0.0').split('.').map(Number);
  const [major = 0, minor = 0] = numbers(version);
  const [wantedMajor = 0, wantedMinor = 0] = numbers(wanted);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

const exists = (file: string) => statSync(file, { throwIfNoEntry: false }) !== undefined;

/** Builds binaries one at a time: each takes all cores. `building` is called only if one has to be built. */
export function createBuilder({ data, env }: Settings, go: string, signal: AbortSignal) {
  let queue: Promise<unknown> = Promise.resolve();
  return function build(binary: Binary, building: () => void): Promise<string> {
    const source = join(root, 'stack', 'go', binary.module);
    const key = fingerprint(source, ['.'], [go, process.platform, process.arch]);
    const file = join(cacheFolder(env), `${binary.module}-${key}`, binary.name);
    if (exists(file)) return Promise.resolve(file);
    const result = queue.then(async () => {
      signal.throwIfAborted();
      building();
      await step(binary.step, () => goBuild(binary, source, file));
      return file;
    });
    // A failed build rejects for its caller; the next one still runs.
    queue = result.catch(() => {});
    return result;
  };

  async function goBuild(binary: Binary, cwd: string, file: string) {
    const folder = dirname(file);
    mkdirSync(folder, { recursive: true });
    removeUnfinished(folder);
    // Renamed atomically, so that concurrent builds do not interfere.
    const unfinished = join(folder, String(process.pid));
    // Calls and pages take precedence over a build of minutes.
    const args = ['-n', '10', 'go', 'build', '-mod=readonly', '-trimpath', '-o', unfinished, binary.package];
    try {
      const { ok, output } = await run('nice', args, { cwd, data, signal });
      if (!ok) throw new Error(`${binary.name} could not be built:\n${output.trimEnd()}`);
      renameSync(unfinished, file);
    } finally {
      rmSync(unfinished, { force: true });
    }
  }
}

/** Removes what killed launchers left of their builds. */
function removeUnfinished(folder: string) {
  const unfinished = readdirSync(folder).filter((name) => /^\d+$/.test(name));
  for (const pid of unfinished) if (!exists(`/proc/${pid}`)) rmSync(join(folder, pid), { force: true });
}
