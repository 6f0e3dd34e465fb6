import { fork } from 'node:child_process';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { freePorts } from '../../stack/lib/ports.ts';
import { root } from '../../stack/lib/settings.ts';
import { until } from './support/until.ts';

// Starting a process takes its time on a busy machine.
t.setTimeout(180_000);

/** Fails as a bug does that nobody foresaw, when it is asked to. */
const bug = `process.on('message', ({ fail }) => {
  if (fail === 'throw') setTimeout(() => { throw new Error('a bug'); });
  if (fail === 'reject') void Promise.reject(new Error('a bug'));
});`;

/** The app as a process of its own; `said` is its log so far. */
async function startProcess(t: Test) {
  const [port = 0] = await freePorts(1);
  const app = fork('server/main.ts', {
    cwd: root,
    env: { ...process.env, SERVER_PORT: String(port), S3_BUCKET: 'process-end', LOG_LEVEL: 'info' },
    execArgv: ['--import', `data:text/javascript,${encodeURIComponent(bug)}`],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  t.teardown(() => app.kill('SIGKILL'));
  let said = '';
  app.stdout?.on('data', (chunk) => (said += String(chunk)));
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  await until(
    'the app is up',
    () =>
      get('/healthz')
        .then(({ ok }) => ok)
        .catch(() => false),
    60_000,
  );
  return { app, get, said: () => said, exit: once(app, 'exit') };
}

for (const fail of ['throw', 'reject'])
  t.test(`an error that nobody minds (${fail}) is logged, and ends the process in order`, async (t) => {
    const { app, get, said, exit } = await startProcess(t);
    // A stream that would go on for ever holds up nothing.
    const open = await get('/trpc/recordings.changes');
    t.equal(open.status, 200);
    app.send({ fail });
    t.same(await exit, [1, null]);
    const line =
      said()
        .split('\n')
        .find((line) => line.includes('"level":60')) ?? '{}';
    const { err, origin } = JSON.parse(line);
    t.equal(err.message, 'a bug');
    t.match(err.stack, 'at ');
    t.equal(origin, fail === 'throw' ? 'uncaughtException' : 'unhandledRejection');
  });

t.test('messages of another supervisor change nothing, those of the launcher are taken', async (t) => {
  const { app, get } = await startProcess(t);
  for (const message of ['shutdown', { type: 'process:msg' }, { parts: 'none' }, { parts: [{}] }, 7, true])
    app.send(message);
  const part = { name: 'Storage (S3)', needed: 'storage', step: 'starting', state: 'working', elapsedMs: 5 };
  app.send({ parts: [part] });
  await until('the set-up is told', async () => {
    const { result } = await (await get('/trpc/system.status')).json();
    return result.data.setup.some(({ step }: { step: string }) => step === 'starting');
  });
  t.equal((await get('/healthz')).status, 200);
});
