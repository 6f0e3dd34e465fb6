import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../stack/ports.ts';
import { root } from '../../stack/settings.ts';

/** The app, as `npm start` runs it, with a bucket of its own. */
export async function startApp(bucket: string) {
  const [port = 0] = await freePorts(1);
  const app: ChildProcess = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
    cwd: root,
    env: { ...process.env, S3_BUCKET: bucket, SERVER_PORT: String(port), LOG_LEVEL: 'warn' },
    stdio: 'inherit',
  });
  const url = `http://127.0.0.1:${port}`;
  const isUp = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isUp())) await sleep(50);
  return {
    url,
    /** Memory that is its own, in bytes. */
    memory(): number {
      const [, kilobytes] =
        /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${app.pid}/status`, 'utf8')) ?? [];
      return Number(kilobytes) * 1024;
    },
    async stop(): Promise<void> {
      app.kill('SIGTERM');
      if (app.exitCode === null) await once(app, 'exit');
    },
  };
}
