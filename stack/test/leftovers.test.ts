import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { mark, orphansOf, processesOf } from '../processes/leftovers.ts';

t.test('an orphan of a stack is a process that nobody between us and it has left', async (t) => {
  const data = `/none/${process.pid}`;
  // It has no mark, as what runs tests on two stacks has that of one alone; its child has.
  const script = `
    const child = require('child_process').spawn('sleep', ['60'], { env: { ...process.env, ${mark}: '${data}' } });
    child.on('spawn', () => console.log(child.pid));`;
  const between = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line]: unknown[] = await once(between.stdout, 'data');
  const pid = Number(line);
  t.teardown(() => process.kill(pid, 'SIGKILL'));

  t.same(
    processesOf(data).map((one) => one.pid),
    [pid],
  );
  t.same(orphansOf(data), []);
  between.kill('SIGKILL');
  await once(between, 'exit');
  t.same(
    orphansOf(data).map((one) => one.pid),
    [pid],
  );
});
