import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Test } from 'tap';
import { freePorts } from '../../../stack/lib/ports.ts';
import { createRedis } from '../../adapters/redis/client.ts';
import { silentLog } from './log.ts';
import { until } from './until.ts';

const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

/** A Redis of the test's own, with nothing in it, that can be made to be away; it ends with the test. */
export async function startRedis(t: Test) {
  const [port = 0] = await freePorts(1);
  let server: ChildProcess | undefined;

  async function stop(): Promise<void> {
    if (!server) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
    server = undefined;
  }

  async function start(): Promise<void> {
    const args = [
      ...['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      // Its title would be written over its environment, by which a run that is broken off is cleared away.
      ...['--set-proc-title', 'no'],
    ];
    server = spawn('redis-server', args, { stdio: 'ignore' });
    await until('Redis to listen', () => accepts(port));
  }

  t.teardown(stop);
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    /** Ends it, with all that it had. */
    stop,
    start,
    /** It still takes connections and commands, and answers none. */
    hang: () => server?.kill('SIGSTOP'),
    goOn: () => server?.kill('SIGCONT'),
  };
}

/** A client as the app has it, connected; it closes with the test. */
export async function redisClient(t: Test, url: string, log = silentLog) {
  const redis = createRedis(url, log);
  t.teardown(() => redis.destroy());
  await until('a connection to Redis', async () => redis.isReady);
  return redis;
}
