import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { appArgs } from '../../stack/processes/parts.ts';
import { freePorts } from '../../stack/lib/ports.ts';
import { root } from '../../stack/lib/settings.ts';
import { now } from './time.ts';

/** How long the app may take to start, in ms. */
const startMs = 30_000;

/** The app, as `npm start` runs it, with a bucket of its own; at any free port, or at `port`. */
export async function startApp(
  bucket: string,
  {
    port,
    nodeArgs = [],
    env = {},
  }: { port?: number; nodeArgs?: string[]; env?: Record<string, string> } = {},
) {
  const [itsPort = 0] = port === undefined ? await freePorts(1) : [port];
  const child = spawn(process.execPath, [...nodeArgs, ...appArgs], {
    cwd: root,
    env: {
      ...process.env,
      ...{ S3_BUCKET: bucket, S3_CREATE_BUCKET: 'on', SERVER_PORT: String(itsPort), LOG_LEVEL: 'warn' },
      ...env,
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const url = `http://127.0.0.1:${itsPort}`;
  const isUp = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  const deadline = now() + startMs;
  while (!(await isUp())) {
    if (now() > deadline) throw new Error(`the app did not start within ${startMs} ms`);
    await sleep(50);
  }
  return {
    child,
    url,

    /** Calls a tRPC mutation: its result. */
    async call(procedure: string, input: object) {
      const response = await fetch(`${url}/trpc/${procedure}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(input),
      });
      const { result, error } = await response.json();
      if (error) throw new Error(`${procedure}: ${error.message}`);
      return result.data;
    },

    /** Memory that is its own, in bytes. */
    memory(): number {
      const [, kilobytes] =
        /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      return Number(kilobytes) * 1024;
    },

    async stop(): Promise<void> {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

export type App = Awaited<ReturnType<typeof startApp>>;
