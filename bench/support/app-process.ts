import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Config } from '../../server/config.ts';
import { until } from '../../server/test/support/until.ts';
import { root } from '../../stack/settings.ts';

/** The app in a process of its own, where LiveKit's webhooks reach it; `nodeArgs` are Node's. */
export async function startApp(config: Config, nodeArgs: string[] = []) {
  const child = spawn(process.execPath, ['--import', 'tsx', ...nodeArgs, 'server/main.ts'], {
    cwd: root,
    env: { ...process.env, S3_BUCKET: config.s3.bucket, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const url = `http://127.0.0.1:${config.port}`;
  await until('the app to be ready', () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return {
    child,
    url,
    config,

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

    async stop(): Promise<void> {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

export type App = Awaited<ReturnType<typeof startApp>>;
