import fastify from 'fastify';
import t from 'tap';
import { createCounter } from '../adapters/redis/counter.ts';
import { createRedis } from '../adapters/redis/client.ts';
import { limits, type LimitName } from '../features/access/limits.ts';
import { procedureRules, routeRules } from '../features/access/policy.ts';
import { build } from './support/build.ts';
import { silentLog } from './support/log.ts';
import { startRedis } from './support/redis.ts';

const most: Record<LimitName, number> = {
  password: limits.password.mostOfAddress,
  guess: limits.guess.mostOfAddress,
  join: limits.join.mostOfAddress,
  start: limits.start.mostOfAddress,
  search: limits.search.mostOfAddress,
};

t.test('who calls too often is told when to come back, by REST and by tRPC', async (t) => {
  const app = await build(t);
  const ask = (path: string, from: string, body: object = {}) =>
    app.inject({
      method: 'POST',
      url: path,
      headers: { 'x-forwarded-for': from },
      payload: body,
    });
  const paths = ['/recordings/start', '/trpc/recordings.start'];
  for (let call = 0; call < most.start; call += 1) {
    const { statusCode } = await ask(paths[call % 2] ?? '', '203.0.113.1');
    if (statusCode !== 400) return t.fail(`call ${call} is answered ${statusCode}`);
  }
  const rest = await ask('/recordings/start', '203.0.113.1');
  const trpc = await ask('/trpc/recordings.start', '203.0.113.1');
  for (const { statusCode, headers } of [rest, trpc]) {
    t.equal(statusCode, 429);
    const wait = Number(headers['retry-after']);
    t.ok(wait > 0 && wait <= 60, `Retry-After: ${wait}`);
  }
  t.match(rest.json(), { code: 'TOO_MANY_REQUESTS', errorMessage: /try again in \d+ s$/ });
  t.match(trpc.json(), { error: { data: { errorCode: 'TOO_MANY_REQUESTS', httpStatus: 429 } } });

  t.equal((await ask('/recordings/start', '203.0.113.2')).statusCode, 400, 'another address');
  const joins = { roomName: 'a', participantName: 'b' };
  t.equal((await ask('/token', '203.0.113.1', joins)).statusCode, 200, 'another limit');
  t.equal((await ask('/recordings/start', '2001:db8::1')).statusCode, 400);
  for (let call = 1; call < most.start; call += 1)
    await ask('/recordings/start', `2001:db8::${call.toString(16)}`);
  t.equal((await ask('/recordings/start', '2001:db8::ffff')).statusCode, 429, 'one network of IPv6');
  t.equal((await ask('/recordings/start', '2001:db8:0:1::1')).statusCode, 400, 'the next one');
});

t.test('an office of a thousand behind one address joins at nine', async (t) => {
  const app = await build(t);
  const statuses = new Set<number>();
  for (let person = 0; person < 1_000; person += 1)
    for (const path of ['/token', '/trpc/tokens.create']) {
      const { statusCode } = await app.inject({
        method: 'POST',
        url: path,
        headers: { 'x-forwarded-for': '203.0.113.1' },
        payload: { roomName: 'all hands', participantName: `${person}` },
      });
      statuses.add(statusCode);
    }
  t.same([...statuses], [200]);
});

t.test('calls of this machine itself do not count', async (t) => {
  const app = await build(t);
  for (let call = 0; call <= most.start; call += 1) {
    const { statusCode } = await app.inject({ method: 'POST', url: '/recordings/start', payload: {} });
    if (statusCode !== 400) return t.fail(`call ${call} is answered ${statusCode}`);
  }
  t.ok(limits.guess.countsLocal, 'but guesses do, whoever makes them');
});

t.test('what joins, starts and searches has a limit', async (t) => {
  const limited = Object.entries({ ...procedureRules, ...routeRules }).flatMap(([name, rule]) =>
    'limit' in rule ? [[name, rule.limit]] : [],
  );
  for (const row of [
    ['tokens.create', 'join'],
    ['POST /token', 'join'],
    ['recordings.start', 'start'],
    ['POST /recordings/start', 'start'],
    ['recordings.list', 'search'],
    ['GET /recordings', 'search'],
  ])
    t.ok(
      limited.some((one) => String(one) === String(row)),
      String(row),
    );
});

t.test('processes that share a Redis count together; without it each counts for itself', async (t) => {
  const server = await startRedis(t);
  const processes = [1, 2].map(() => {
    const redis = createRedis(server.url, silentLog);
    t.teardown(() => redis.destroy());
    return { redis, count: createCounter({ redis, scope: 'a', log: silentLog }) };
  });
  const [one, two] = processes;
  if (!one || !two) throw new Error();
  while (!one.redis.isReady || !two.redis.isReady) await new Promise((resolve) => setImmediate(resolve));
  t.match(await one.count('key', 60_000), { current: 1 });
  const second = await two.count('key', 60_000);
  t.equal(second.current, 2);
  t.ok(second.ttl > 50_000 && second.ttl <= 60_000, 'the window began with the first');
  t.match(await two.count('other', 60_000), { current: 1 });
  await server.stop();
  t.match(await one.count('key', 60_000), { current: 2 }, 'its second');
  t.match(await two.count('key', 60_000), { current: 2 }, 'its second');
});

t.test('a window ends', async (t) => {
  const count = createCounter({ redis: undefined, scope: 'a', log: silentLog });
  t.match(await count('key', 1), { current: 1 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  t.match(await count('key', 1), { current: 1 });
});

t.test('a host application that limits calls itself keeps the count', async (t) => {
  const { default: rateLimit } = await import('@fastify/rate-limit');
  const { reelroom } = await import('../app.ts');
  const { pluginOptions, testConfig } = await import('./support/build.ts');
  const app = fastify({ trustProxy: true });
  t.teardown(() => app.close());
  await app.register(rateLimit, { max: 100_000 });
  await app.register(reelroom, { ...pluginOptions(testConfig()), prefix: '/video' });
  const ask = () =>
    app.inject({
      method: 'POST',
      url: '/video/recordings/start',
      headers: { 'x-forwarded-for': '203.0.113.1' },
      payload: {},
    });
  for (let call = 0; call < most.start; call += 1) await ask();
  t.match((await ask()).json(), { code: 'TOO_MANY_REQUESTS' });
});
