import { setTimeout as sleep } from 'node:timers/promises';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { createLock } from '../adapters/redis/lock.ts';
import { failure } from './support/failure.ts';
import { recordedLog, silentLog } from './support/log.ts';
import { redisClient, startRedis } from './support/redis.ts';
import { until } from './support/until.ts';

const taken = { code: 'RECORDING_ALREADY_STARTED' };
const roomName = 'Équipe "A" 🎥';
const scope = 'key/bucket/recordings/';
const key = `reelroom:lock:${scope}:${roomName}`;

/** Work that goes on until it is told to end. */
function longWork() {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { work: () => ended, end };
}

t.test('without Redis: one at a time in a room, whatever becomes of the work', async (t) => {
  const { withLock } = createLock({ redis: undefined, scope, log: silentLog });
  const { work, end } = longWork();
  const first = withLock(roomName, work);
  t.match(await failure(withLock(roomName, async () => 1)), taken);
  t.equal(await withLock('another', async () => 2), 2, 'rooms do not wait for each other');
  end();
  await first;
  t.match(await failure(withLock(roomName, () => Promise.reject(new Error('broken')))), {
    message: 'broken',
  });
  t.equal(await withLock(roomName, async () => 3), 3);
});

t.test('two app processes, 50 at once each, 20 rounds: one has the lock', async (t) => {
  const { url } = await startRedis(t);
  const script = fileURLToPath(new URL('support/lock-process.ts', import.meta.url));
  const heard: string[] = [];
  const processes = [0, 1].map(() => {
    const child = fork(script, [url], { env: { PATH: process.env.PATH } });
    t.teardown(() => child.kill('SIGKILL'));
    child.on('message', (message) => heard.push(String(message)));
    return child;
  });
  await until('both processes', async () => heard.length === 2);

  for (let round = 0; round < 20; round += 1) {
    heard.length = 0;
    for (const child of processes) child.send({ round: `room ${round}`, isOver: false });
    await until('all to have tried', async () => heard.length === 100);
    t.equal(heard.filter((message) => message === 'won').length, 1, `round ${round}`);
    t.equal(heard.filter((message) => message === 'Recording already started for this room').length, 99);
    for (const child of processes) child.send({ round: '', isOver: true });
  }
});

/** Two app processes, but for the processes. */
async function two(t: Test, url: string, log = silentLog) {
  const [redis, another] = [await redisClient(t, url), await redisClient(t, url)];
  return {
    redis,
    another,
    one: createLock({ redis, scope, log }),
    other: createLock({ redis: another, scope, log }),
  };
}

t.test('a process that is too busy to hear Redis does not take it for away', async (t) => {
  const { redis, one, other } = await two(t, (await startRedis(t)).url);
  const { work, end } = longWork();
  const held = one.withLock(roomName, work);
  await until('it to be held', async () => (await redis.exists(key)) === 1);
  const asked = failure(other.withLock(roomName, async () => 'granted'));
  for (const busyUntil = Date.now() + 1_000; Date.now() < busyUntil;);
  t.match(await asked, taken);
  end();
  await held;
});

t.test('with Redis: freed when the work ends, and when its owner died', async (t) => {
  const { redis, one, other } = await two(t, (await startRedis(t)).url);
  const { work, end } = longWork();
  const first = one.withLock(roomName, work);
  await until('the lock', () => redis.get(key).then((owner) => owner !== null));
  t.match(await failure(other.withLock(roomName, async () => 1)), taken);
  const leaseMs = 3_000;
  const lease = await redis.pTTL(key);
  t.ok(lease > 0 && lease <= leaseMs, 'it frees itself');
  await sleep(leaseMs + 500);
  t.match(await failure(other.withLock(roomName, async () => 1)), taken, 'but not while its owner works');

  // What the lease does when it has run out.
  await redis.del(key);
  const next = longWork();
  const second = other.withLock(roomName, next.work);
  await until('the next lock', () => redis.get(key).then((owner) => owner !== null));
  end();
  await first;
  t.match(
    await failure(one.withLock(roomName, async () => 2)),
    taken,
    'who comes late does not free the lock of another',
  );
  next.end();
  await second;
  await until('it to be given back', async () => (await redis.exists(key)) === 0);
  t.equal(await one.withLock(roomName, async () => 3), 3);
});

t.test('Redis away, hanging, and back', async (t) => {
  const server = await startRedis(t);
  const { log, lines } = recordedLog();
  const { redis, another, one, other } = await two(t, server.url, log);

  for (const [how, leave, comeBack] of [
    ['stopped', server.stop, server.start],
    ['hanging', server.hang, server.goOn],
  ] as const) {
    await leave();
    const { work, end } = longWork();
    const since = Date.now();
    let began = false;
    const first = one.withLock(roomName, () => {
      began = true;
      return work();
    });
    await until('the work to begin', async () => began, 2_000);
    t.ok(Date.now() - since < 800, `${how}: it is not waited for`);
    t.match(await failure(one.withLock(roomName, async () => 1)), taken, 'the lock holds in the process');
    t.match(lines.splice(0), [/^warn: Redis is away: the lock holds in this process only/]);
    end();
    await first;

    await comeBack();
    for (const client of [redis, another])
      await until('Redis again', () =>
        client.ping().then(
          () => true,
          () => false,
        ),
      );
    const again = longWork();
    const held = one.withLock(roomName, again.work);
    await until('the lock to be shared', () => redis.get(key).then((owner) => owner !== null));
    t.match(await failure(other.withLock(roomName, async () => 2)), taken);
    again.end();
    await held;
    lines.length = 0;
  }
});

t.test('two installations on one Redis have rooms of the same name each for itself', async (t) => {
  const { url } = await startRedis(t);
  const locks = await Promise.all(
    ['one', 'other'].map(async (scope) =>
      createLock({ redis: await redisClient(t, url), scope, log: silentLog }),
    ),
  );
  const { work, end } = longWork();
  const first = locks[0]?.withLock(roomName, work);
  t.equal(await locks[1]?.withLock(roomName, async () => 'granted'), 'granted');
  end();
  await first;
});

t.test('turns: one after the other, in a process and among processes', async (t) => {
  const { one, other } = await two(t, (await startRedis(t)).url);
  let atWork = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++atWork);
    await sleep(20);
    atWork -= 1;
  };
  await Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 ? one : other).inTurn(work)));
  t.equal(most, 1);
  t.match(await failure(one.inTurn(() => Promise.reject(new Error('broken')))), { message: 'broken' });
  t.equal(await other.inTurn(async () => 'a turn'), 'a turn');
});
