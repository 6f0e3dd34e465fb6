import { randomUUID } from 'node:crypto';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { createOwnership } from '../jobs/ownership.ts';
import { silentLog } from './support/log.ts';
import { redisClient, startRedis } from './support/redis.ts';
import { until } from './support/until.ts';

t.setTimeout(120_000);

const log = silentLog;

/** An app process, but for the process. */
async function member(t: Test, url: string, scope: string) {
  const ownership = createOwnership({ redis: await redisClient(t, url), scope, log });
  t.teardown(ownership.close);
  return ownership;
}

const count = (all: { isOwner: () => boolean }[]) => all.filter(({ isOwner }) => isOwner()).length;

t.test('without Redis each process does everything', async (t) => {
  const { isOwner, close } = createOwnership({ redis: undefined, scope: 'a', log });
  t.ok(isOwner());
  await close();
});

t.test('one of several owns, and leaves it to another when it closes', async (t) => {
  const { url } = await startRedis(t);
  const members = await Promise.all([1, 2, 3].map(() => member(t, url, 'a')));
  const elsewhere = await member(t, url, 'b');
  await until('an owner', async () => count(members) > 0);
  for (let left = members; left.length > 0;) {
    const owner = left.find(({ isOwner }) => isOwner());
    // Longer than a lease.
    for (const since = performance.now(); performance.now() - since < 3_500;) {
      await until('a moment', async () => true);
      if (count(left) !== 1) t.fail(`${count(left)} own`);
      if (owner?.isOwner() !== true) t.fail('the owner stays the same');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await owner?.close();
    t.notOk(owner?.isOwner());
    left = left.filter((one) => one !== owner);
    if (left.length > 0) await until('the next owner', async () => count(left) === 1, 2_000);
  }
  await until('another library to have an owner of its own', async () => elsewhere.isOwner());
});

t.test(
  'an owner that is killed is followed within seconds; one that was stopped for long knows',
  async (t) => {
    const { url } = await startRedis(t);
    const script = fileURLToPath(new URL('support/ownership-process.ts', import.meta.url));
    const scope = randomUUID();
    const children = [1, 2].map((name) => {
      const child = fork(script, [url, scope], { env: { PATH: process.env.PATH } });
      t.teardown(() => child.kill('SIGKILL'));
      const state = { name, child, isOwner: false };
      child.on('message', (message) => (state.isOwner = message === true));
      return state;
    });
    const owner = await until('an owner', async () => children.find(({ isOwner }) => isOwner));
    const other = children.find((one) => one !== owner);

    owner.child.kill('SIGSTOP');
    await until('the other one to own', async () => other?.isOwner, 6_000);
    owner.child.kill('SIGCONT');
    await until('the one that was stopped to know', async () => !owner.isOwner, 2_000);
    t.ok(other?.isOwner, 'and the other one to stay');

    const since = performance.now();
    other?.child.kill('SIGKILL');
    await until('the first one to own again', async () => owner.isOwner, 6_000);
    t.ok(performance.now() - since < 5_000, `${performance.now() - since} ms`);
  },
);

t.test('while Redis is away each does everything; when it is back one does', async (t) => {
  const server = await startRedis(t);
  const members = await Promise.all([1, 2].map(() => member(t, server.url, 'a')));
  await until('an owner', async () => count(members) === 1);
  for (const [leave, comeBack] of [
    [server.stop, server.start],
    [server.hang, server.goOn],
  ] as const) {
    await leave();
    await until('both', async () => count(members) === 2);
    await comeBack();
    await until('one again', async () => count(members) === 1);
  }
});
