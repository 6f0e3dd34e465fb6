import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Test } from 'tap';

const run = promisify(execFile);
const ip = (...args: string[]) => run('ip', args);

/** Of the range that is for trying out networks (RFC 2544). */
const [here, there] = ['198.18.77.1', '198.18.77.2'];

/**
 * Another machine on this one's network, until the test ends: a network namespace with an address and a loopback of
 * its own. Needs root.
 * @returns the address by which it reaches this machine, and a program that is Chromium there
 */
export async function otherMachine(t: Test): Promise<{ address: string; chromium: string }> {
  const name = `reelroom-${process.pid}`;
  const [ours, theirs] = [`rr${process.pid}a`, `rr${process.pid}b`];
  await ip('netns', 'add', name);
  t.teardown(() => ip('netns', 'del', name));
  await ip('link', 'add', ours, 'type', 'veth', 'peer', 'name', theirs, 'netns', name);
  t.teardown(() => ip('link', 'del', ours));
  await ip('address', 'add', `${here}/30`, 'dev', ours);
  await ip('link', 'set', ours, 'up');
  await ip('-n', name, 'address', 'add', `${there}/30`, 'dev', theirs);
  for (const link of ['lo', theirs]) await ip('-n', name, 'link', 'set', link, 'up');

  const folder = await mkdtemp(join(tmpdir(), 'reelroom-machine-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const chromium = join(folder, 'chromium');
  await writeFile(chromium, `#!/bin/sh\nexec ip netns exec ${name} /usr/bin/chromium "$@"\n`);
  await chmod(chromium, 0o755);
  return { address: here, chromium };
}
