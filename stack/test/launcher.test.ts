import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { endNow, processesOf } from '../processes/leftovers.ts';
import { freePorts } from '../lib/ports.ts';
import { root } from '../lib/settings.ts';

// One stack goes through all of it, since a start costs seconds: the real launcher, with
// a data folder and ports of its own.
t.setTimeout(300_000);

const data = join(tmpdir(), `reelroom-launcher-${process.pid}`);
const [app, livekit, livekitTcp, s3, redis, ...udp] = await freePorts(20);
const { LIVEKIT_URL: _livekit, S3_ENDPOINT: _s3, APP_URL: _app, ...inherited } = process.env;
const env = {
  ...inherited,
  REELROOM_DATA: data,
  SERVER_PORT: String(app),
  LIVEKIT_PORT: String(livekit),
  LIVEKIT_TCP_PORT: String(livekitTcp),
  LIVEKIT_UDP_PORTS: `${udp.at(0)}-${udp.at(-1)}`,
  S3_PORT: String(s3),
  REDIS_PORT: String(redis),
};
const launchers: Launcher[] = [];

/** A launcher, and what it has said so far. */
interface Launcher {
  process: ChildProcess;
  said: string;
  exit: Promise<unknown>;
}

function launch(more: Record<string, string> = {}): Launcher {
  const child = spawn(process.execPath, [join(root, 'stack', 'run.mjs'), 'start'], {
    env: { ...env, ...more },
  });
  const launcher: Launcher = { process: child, said: '', exit: once(child, 'exit').then(([code]) => code) };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (launcher.said += String(chunk)));
  }
  launchers.push(launcher);
  return launcher;
}

const until = async (what: string, holds: () => boolean) => {
  for (
    const deadline = Date.now() + 120_000;
    !holds();
    await new Promise((resolve) => setTimeout(resolve, 50))
  ) {
    if (Date.now() > deadline) throw new Error(`after 120 s still not: ${what}\n${launchers.at(-1)?.said}`);
  }
};
const says = (launcher: Launcher, text: string) => until(text, () => launcher.said.includes(text));
const isReady = async (launcher: Launcher) => {
  await says(launcher, 'Reelroom is at');
  await says(launcher, 'Calls are ready');
  await says(launcher, 'Recordings are ready');
};
const pidOf = (part: string) => Number(readFileSync(join(data, 'run', `${part}.pid`), 'utf8'));

t.teardown(() => {
  for (const launcher of launchers) launcher.process.kill('SIGKILL');
  endNow(data);
  rmSync(data, { recursive: true, force: true });
});

t.test('everything comes up, and the page is served', async (t) => {
  const launcher = launch();
  await isReady(launcher);
  t.equal((await fetch(`http://localhost:${app}/`)).status, 200);
});

t.test('a second launcher is told that the first one runs', async (t) => {
  const second = launch();
  t.equal(await second.exit, 1);
  t.match(second.said, `already runs with the data folder ${data}`);
});

t.test('a busy port ends it before anything is started', async (t) => {
  const other = launch({ REELROOM_DATA: `${data}-other` });
  t.equal(await other.exit, 1);
  t.match(other.said, `Port ${app}, wanted by the app`);
  t.match(other.said, 'SERVER_PORT');
  t.match(other.said, 'REDIS_PORT', 'all busy ports are told at once');
  rmSync(`${data}-other`, { recursive: true, force: true });
});

t.test('whatever is killed is started again', async (t) => {
  const [launcher] = launchers;
  if (!launcher) throw new Error('there is no launcher');
  for (const [part, again] of [
    ['egress', 'egress is up again'],
    ['redis', 'redis is up again'],
    ['livekit', 'livekit is up again'],
    ['s3', 's3 is up again'],
    ['pulseaudio', 'pulseaudio is up again'],
    ['app', 'The app is up again'],
  ] as const) {
    const killed = pidOf(part);
    process.kill(killed, 'SIGKILL');
    await says(launcher, again);
    t.not(pidOf(part), killed, part);
  }
  const ready = async () =>
    (await fetch(`http://localhost:${app}/readyz`).catch(() => undefined))?.ok === true;
  for (const deadline = Date.now() + 30_000; !(await ready()); await sleep(100))
    if (Date.now() > deadline) throw new Error(`the app is not ready\n${launcher.said}`);
  t.ok(await ready(), 'and all works again');
});

t.test('what a killed launcher left behind is ended by the next one', async (t) => {
  const [first] = launchers;
  first?.process.kill('SIGKILL');
  await first?.exit;
  const left = processesOf(data).map(({ pid }) => pid);
  t.ok(left.length > 3, 'the parts go on without it');

  const launcher = launch();
  await isReady(launcher);
  t.match(launcher.said, 'an earlier start has left behind');
  const now = processesOf(data).map(({ pid }) => pid);
  t.same(
    left.filter((pid) => now.includes(pid)),
    [],
  );
});

t.test('SIGTERM stops every part', async (t) => {
  const launcher = launchers.at(-1);
  launcher?.process.kill('SIGTERM');
  t.equal(await launcher?.exit, 0);
  t.same(processesOf(data), []);
});
